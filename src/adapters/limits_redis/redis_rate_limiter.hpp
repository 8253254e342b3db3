// The rate limiter of a fleet: the counts are in Redis, so that a vendor has one limit, whichever API server
// it asks. The same exact windows as in memory, one script per call.
//
// Keys: <prefix>:{limits}:<key of the charge, or its digest where it is long>, a list each; the braces keep
// the limits of one request on one node of a cluster. A log that no longer counts expires. A log takes about
// 40 bytes per entry, SlidingWindow::kEntriesMax entries at most.
//
// While Redis is away a call fails with `unavailable`; what that means for a request is the caller's
// business. `now` is the caller's: clocks that differ shift a window by the difference.
#pragma once

#include <string>

#include "adapters/redis_client/redis.hpp"
#include "vendors/rate_limiter.hpp"

namespace cutroom::limits_redis {

class RedisRateLimiter final : public vendors::RateLimiter {
 public:
  explicit RedisRateLimiter(redis_client::Redis& redis, std::string prefix = "cutroom")
      : redis_(redis), prefix_(std::move(prefix)) {}

  boost::asio::awaitable<Result<std::vector<vendors::Standing>>> take(std::vector<vendors::Charge>,
                                                                      TimePoint now) override;
  boost::asio::awaitable<Result<std::vector<vendors::Standing>>> peek(std::vector<vendors::Charge>,
                                                                      TimePoint now) override;

 private:
  boost::asio::awaitable<Result<std::vector<vendors::Standing>>> ask(std::string verb,
                                                                     std::vector<vendors::Charge>,
                                                                     TimePoint now);

  redis_client::Redis& redis_;
  const std::string prefix_;
};

}  // namespace cutroom::limits_redis
