// The worker processes of a fleet, in Redis.
#pragma once

#include <string>

#include "adapters/redis_client/redis.hpp"
#include "engine/worker_registry.hpp"

namespace cutroom::workers_redis {

class RedisWorkerRegistry final : public engine::WorkerRegistry {
 public:
  explicit RedisWorkerRegistry(redis_client::Redis& redis, std::string prefix = "cutroom")
      : redis_(redis), prefix_(std::move(prefix)) {}

  boost::asio::awaitable<Result<void>> say(engine::WorkerState, Millis good_for) override;
  boost::asio::awaitable<Result<void>> leave(std::string id) override;
  boost::asio::awaitable<Result<std::vector<engine::WorkerState>>> alive() override;

 private:
  std::string ids() const { return prefix_ + ":{workers}:ids"; }
  std::string worker(const std::string& id) const { return prefix_ + ":{workers}:worker:" + id; }

  redis_client::Redis& redis_;
  const std::string prefix_;
};

}  // namespace cutroom::workers_redis
