// The vendors of a fleet, their keys and their usage, in Redis. As durable as that is: with an append-only
// file that is synced every second, a crash of Redis itself may lose the last second. Of a key's secret only
// the digest is in it.
#pragma once

#include <string>

#include "adapters/redis_client/redis.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::vendors_redis {

class RedisVendorStore final : public vendors::VendorStore {
 public:
  // Outlives the store, but is stopped before it is destroyed; on_change is called on its executor.
  explicit RedisVendorStore(redis_client::Redis& redis, std::string prefix = "cutroom")
      : redis_(redis), prefix_(std::move(prefix) + ":{vendors}:") {}

  bool is_shared() const override { return true; }
  void on_change(std::function<void(const vendors::VendorId&)>) override;
  boost::asio::awaitable<Result<vendors::StoredVendors>> load() override;
  boost::asio::awaitable<Result<vendors::StoredVendors>> find(vendors::VendorId) override;
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
  boost::asio::awaitable<Result<redis_client::Reply>> run(const redis_client::Script&,
                                                          std::vector<std::string> words);
  boost::asio::awaitable<Result<bool>> load_all(vendors::StoredVendors& into);

  redis_client::Redis& redis_;
  const std::string prefix_;
};

}  // namespace cutroom::vendors_redis
