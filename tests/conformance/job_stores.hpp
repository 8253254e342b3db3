// The job stores that the suite is run against. A further one: one line in job_stores.cpp.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "jobs/job_store.hpp"

namespace cutroom::conformance {

// Where one store's jobs are: a folder, a server of its own. Gone with all it holds when it is destroyed.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  // The store as a process finds it that has just started; the one before has been destroyed.
  virtual std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor) = 0;
  // What is wrong with what the store has written, in words; called at a test's end.
  virtual std::vector<std::string> faults() { return {}; }
};

struct StoreKind {
  std::string name;
  bool durable = false;
  // Queues are apart: jobs of several are not accepted in one step, and numbers have gaps.
  bool is_spread = false;
  std::function<std::unique_ptr<StoreHome>()> make_home;
};

std::vector<StoreKind> store_kinds();
std::vector<StoreKind> durable_store_kinds();

inline std::ostream& operator<<(std::ostream& out, const StoreKind& kind) { return out << kind.name; }

}  // namespace cutroom::conformance
