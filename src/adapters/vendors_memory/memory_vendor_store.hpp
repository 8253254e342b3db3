// The VendorStore that keeps nothing: for tests, and for looking up what a store is meant to do.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "vendors/vendor_store.hpp"

namespace cutroom::vendors_memory {

class MemoryVendorStore final : public vendors::VendorStore {
 public:
  boost::asio::awaitable<Result<vendors::StoredVendors>> load() override;
  boost::asio::awaitable<Result<void>> save(vendors::Vendor) override;
  boost::asio::awaitable<Result<void>> remove(vendors::VendorId) override;
  boost::asio::awaitable<Result<void>> add_key(vendors::ApiKey) override;
  boost::asio::awaitable<Result<void>> revoke_key(vendors::VendorId, std::string key_id,
                                                  TimePoint now) override;
  boost::asio::awaitable<Result<void>> note_key_use(std::vector<vendors::KeyUse>) override;
  boost::asio::awaitable<Result<void>> add_usage(std::vector<vendors::UsageGain>) override;
  boost::asio::awaitable<Result<std::vector<vendors::DayUsage>>> usage(vendors::VendorId,
                                                                       vendors::Days) override;

 private:
  std::map<vendors::VendorId, vendors::Vendor> vendors_;
  std::map<std::string, vendors::ApiKey> keys_;
  std::map<std::pair<vendors::VendorId, vendors::Day>, vendors::Usage> usage_;
};

}  // namespace cutroom::vendors_memory
