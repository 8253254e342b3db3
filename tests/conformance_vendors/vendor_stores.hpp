// The vendor stores and rate limiters that the suites are run against. A further one: one line in
// vendor_stores.cpp.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "vendors/rate_limiter.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::conformance {

// Where one store's vendors are. Gone with all it holds when it is destroyed.
class VendorHome {
 public:
  virtual ~VendorHome() = default;
  // The store as a process finds it that has just started; the one before has been destroyed.
  virtual std::unique_ptr<vendors::VendorStore> open() = 0;
};

struct VendorStoreKind {
  std::string name;
  bool durable = false;
  std::function<std::unique_ptr<VendorHome>()> make_home;
};
std::vector<VendorStoreKind> vendor_store_kinds();
std::vector<VendorStoreKind> durable_vendor_store_kinds();

struct RateLimiterKind {
  std::string name;
  std::function<std::unique_ptr<vendors::RateLimiter>()> make;
};
std::vector<RateLimiterKind> rate_limiter_kinds();

inline std::ostream& operator<<(std::ostream& out, const VendorStoreKind& kind) { return out << kind.name; }
inline std::ostream& operator<<(std::ostream& out, const RateLimiterKind& kind) { return out << kind.name; }

}  // namespace cutroom::conformance
