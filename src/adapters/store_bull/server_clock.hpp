// How far this machine's clock is from that of Redis.
//
// Leases and delays are compared by whoever comes next, on another machine: by the server's clock they mean
// the same everywhere.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "base/clock.hpp"

namespace cutroom::store_bull {

// Threads: for callers on any.
class ServerClock {
 public:
  // `key` leads to the server whose clock counts: in a cluster always the same one. `is_followed` false: time
  // is what callers say it is.
  ServerClock(std::shared_ptr<redis_client::Redis> redis, std::string key, bool is_followed)
      : redis_(std::move(redis)), key_(std::move(key)), is_followed_(is_followed) {}

  // Asks again where the last answer is old.
  bool is_old() const;
  boost::asio::awaitable<void> look();
  // To be added to this machine's time.
  Millis ahead() const { return Millis{ahead_.load(std::memory_order_relaxed)}; }

 private:
  using Steady = std::chrono::steady_clock;

  const std::shared_ptr<redis_client::Redis> redis_;
  const std::string key_;
  const bool is_followed_;
  std::atomic<std::int64_t> ahead_ = 0;
  std::atomic<Steady::rep> next_look_ = 0;
};

}  // namespace cutroom::store_bull
