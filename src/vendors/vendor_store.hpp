// PORT. Where vendors, their keys and their usage are kept.
//
// Each function is one atomic step: it happens completely or not at all, and what it answers is durable.
// tests/conformance_vendors holds every adapter to what is written here. Values are kept as they are given:
// the rules (vendor.hpp) are the caller's business.
//
// Threads: call from a coroutine on any executor; it resumes there. Errors beyond those named:
// storage_failed, unavailable.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "vendors/api_key.hpp"
#include "vendors/usage.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::vendors {

struct StoredVendors {
  std::vector<Vendor> vendors;  // By id.
  std::vector<ApiKey> keys;     // By vendor, then by age; revoked ones too.
};

struct KeyUse {
  std::string key_id;
  Day day;
};

class VendorStore {
 public:
  virtual ~VendorStore() = default;

  virtual boost::asio::awaitable<Result<StoredVendors>> load() = 0;
  // One vendor and its keys; nothing where there is no such vendor.
  virtual boost::asio::awaitable<Result<StoredVendors>> find(VendorId);

  // Whether other processes have the same store, so that what was read may have been changed by somebody
  // else.
  virtual bool is_shared() const { return false; }
  // Called with the vendor that was changed, or whose keys were, here or elsewhere; empty: any may have been.
  // Spurious calls are fine, missing ones are not. To be set once, before the first load(). A store of one
  // process never calls.
  virtual void on_change(std::function<void(const VendorId&)>) {}

  // Adds the vendor, or puts it in the place of the one with its id.
  virtual boost::asio::awaitable<Result<void>> save(Vendor) = 0;
  // With its keys and its usage. not_found.
  virtual boost::asio::awaitable<Result<void>> remove(VendorId) = 0;

  // not_found: no such vendor; conflict: there is a key with this id.
  virtual boost::asio::awaitable<Result<void>> add_key(ApiKey) = 0;
  // For good; a second time changes nothing. not_found: the vendor has no such key.
  virtual boost::asio::awaitable<Result<void>> revoke_key(VendorId, std::string key_id, TimePoint now) = 0;
  // Each key's last day of use, where it is later than the one known. Unknown keys are passed over.
  virtual boost::asio::awaitable<Result<void>> note_key_use(std::vector<KeyUse>) = 0;

  // Adds to what is there. Gains of vendors that don't exist (any more) are passed over.
  virtual boost::asio::awaitable<Result<void>> add_usage(std::vector<UsageGain>) = 0;
  // The days with any usage in the span, in order. Empty for an unknown vendor.
  virtual boost::asio::awaitable<Result<std::vector<DayUsage>>> usage(VendorId, Days) = 0;
};

}  // namespace cutroom::vendors
