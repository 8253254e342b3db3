#include "adapters/limits_redis/redis_rate_limiter.hpp"

#include <utility>

#include "adapters/limits_redis/script.hpp"
#include "base/digest.hpp"

namespace cutroom::limits_redis {

using boost::asio::awaitable;
using vendors::Charge;
using vendors::Standing;

namespace {

constexpr std::size_t kAnswersPerLog = 4;

// On a server without keys a request names its vendor itself, at whatever length.
std::string short_name(const std::string& key) {
  constexpr std::size_t kBytesMax = 200;
  return key.size() <= kBytesMax ? key : sha256_hex(key);
}

Standing standing_from(const Charge& charge, const redis_client::Reply* answers) {
  return {.allowed = answers[0].integer() != 0,
          .limit = charge.limit.requests,
          .remaining = static_cast<std::uint32_t>(answers[1].integer()),
          .reset = Millis{answers[2].integer()},
          .retry_after = Millis{answers[3].integer()}};
}

}  // namespace

awaitable<Result<std::vector<Standing>>> RedisRateLimiter::take(std::vector<Charge> charges, TimePoint now) {
  return ask("take", std::move(charges), now);
}

awaitable<Result<std::vector<Standing>>> RedisRateLimiter::peek(std::vector<Charge> charges, TimePoint now) {
  return ask("peek", std::move(charges), now);
}

awaitable<Result<std::vector<Standing>>> RedisRateLimiter::ask(std::string verb, std::vector<Charge> charges,
                                                               TimePoint now) {
  std::vector<std::string> keys;
  std::vector<std::string> words{std::move(verb), std::to_string(to_unix_ms(now))};
  for (const Charge& charge : charges) {
    if (charge.limit.is_off()) continue;
    keys.push_back(prefix_ + ":{limits}:" + short_name(charge.key));
    words.push_back(std::to_string(charge.limit.requests));
    words.push_back(std::to_string(charge.limit.window.count()));
    words.push_back(std::to_string(to_unix_ms(vendors::SlidingWindow::end_of(charge.limit, now))));
  }
  std::vector<Standing> standings(charges.size());
  if (keys.empty()) co_return standings;

  const std::size_t logs = keys.size();
  const auto reply = co_await redis_.run(window_script(), std::move(keys), std::move(words));
  if (!reply) co_return reply.error();
  const auto& answers = reply->array();
  if (answers.size() != logs * kAnswersPerLog)
    co_return Error{.code = Errc::storage_failed, .detail = "limits.window gave an answer of another shape"};
  std::size_t at = 0;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    if (charges[i].limit.is_off()) continue;
    standings[i] = standing_from(charges[i], &answers[at]);
    at += kAnswersPerLog;
  }
  co_return standings;
}

}  // namespace cutroom::limits_redis
