// What the conformance suite can't ask: several clients, a Redis that goes away, and that the script is the
// same window as the one in memory.
#include "adapters/limits_redis/redis_rate_limiter.hpp"

#include <random>

#include <gtest/gtest.h>

#include "adapters/limits_memory/memory_rate_limiter.hpp"
#include "redis_link.hpp"
#include "support/run_coroutine.hpp"
#include "support/wait_until.hpp"

namespace cutroom::conformance {
namespace {

using test::run;
using vendors::Charge;
using vendors::Standing;

const TimePoint kStart = from_unix_ms(1'764'000'000'000);

Charge charge(std::string key, std::string_view limit) {
  return {.key = std::move(key), .limit = vendors::limit_from(limit).value()};
}

std::vector<Charge> one(std::string key, std::string_view limit) { return {charge(std::move(key), limit)}; }

std::string shown(const Standing& standing) {
  return std::string(standing.allowed ? "passes" : "refused") + ", of " + std::to_string(standing.limit) +
         " left " + std::to_string(standing.remaining) + ", the next free in " +
         std::to_string(standing.reset.count()) + ", try again in " +
         std::to_string(standing.retry_after.count());
}

class RedisRateLimiter : public testing::Test {
 protected:
  test::RedisServer& server = empty_redis_server();
  RedisLink link{server};
  limits_redis::RedisRateLimiter limiter{link.redis()};
};

TEST_F(RedisRateLimiter, shares_a_limit_between_clients) {
  RedisLink other_link(server);
  limits_redis::RedisRateLimiter other(other_link.redis());
  for (int i = 0; i < 15; ++i) {
    EXPECT_TRUE(run(limiter.take(one("bg acme", "30/1h"), kStart)).value()[0].allowed);
    EXPECT_TRUE(run(other.take(one("bg acme", "30/1h"), kStart)).value()[0].allowed);
  }
  EXPECT_FALSE(run(limiter.take(one("bg acme", "30/1h"), kStart)).value()[0].allowed);
  EXPECT_FALSE(run(other.take(one("bg acme", "30/1h"), kStart)).value()[0].allowed);
}

TEST_F(RedisRateLimiter, keeps_apart_who_shares_a_server_under_another_prefix) {
  limits_redis::RedisRateLimiter other(link.redis(), "other");
  EXPECT_TRUE(run(limiter.take(one("a", "1/1h"), kStart)).value()[0].allowed);
  EXPECT_TRUE(run(other.take(one("a", "1/1h"), kStart)).value()[0].allowed);
}

TEST_F(RedisRateLimiter, leaves_no_key_that_does_not_expire) {
  (void)run(limiter.take({charge("a", "1/10s"), charge("b", "5/1h")}, kStart));
  (void)run(limiter.take(one("b", "5/1m"), kStart));  // Written anew, by another window.
  (void)run(limiter.peek(one("b", "5/2m"), kStart));
  EXPECT_EQ(server.command({"DBSIZE"}), "2");
  for (const char* key : {"cutroom:{limits}:a", "cutroom:{limits}:b"})
    EXPECT_GT(std::stoll(server.command({"PTTL", key})), 0) << key;
}

TEST_F(RedisRateLimiter, keeps_names_short_and_yet_apart) {
  const std::string long_name(100'000, 'x');
  EXPECT_TRUE(run(limiter.take(one(long_name + "a", "1/1h"), kStart)).value()[0].allowed);
  EXPECT_TRUE(run(limiter.take(one(long_name + "b", "1/1h"), kStart)).value()[0].allowed);
  EXPECT_FALSE(run(limiter.take(one(long_name + "a", "1/1h"), kStart)).value()[0].allowed);
  EXPECT_LT(server.command({"KEYS", "*"}).size(), 300U);
}

TEST_F(RedisRateLimiter, keeps_a_log_of_bounded_length) {
  for (int i = 0; i < 3'000; ++i) (void)run(limiter.take(one("a", "6000/1m"), kStart + Millis{i * 20}));
  EXPECT_LE(std::stoll(server.command({"LLEN", "cutroom:{limits}:a"})), 1'025);
}

TEST_F(RedisRateLimiter, fails_while_redis_is_away_and_goes_on_when_it_is_back) {
  test::RedisServer mortal;
  RedisLink mortal_link(mortal);
  limits_redis::RedisRateLimiter asking(mortal_link.redis());
  ASSERT_TRUE(run(asking.take(one("a", "5/1h"), kStart)));
  mortal.kill();
  const auto away = run(asking.take(one("a", "5/1h"), kStart));
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Errc::unavailable);
  mortal.restart();
  const auto is_back = [&] { return run(asking.take(one("a", "5/1h"), kStart)).has_value(); };
  EXPECT_TRUE(test::wait_until(is_back, std::chrono::seconds(60)));
}

// The same window twice, in memory and in Lua, asked the same at the same times.
TEST_F(RedisRateLimiter, answers_as_the_one_in_memory_does_whatever_is_asked) {
  limits_memory::MemoryRateLimiter memory;
  std::mt19937 random(20261124);  // NOLINT: the same each time.
  const auto any = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  // Another window is given to the one key that is never idle: the one in memory forgets idle keys, and
  // whether a longer window brings an old log back to life is nobody's promise.
  const std::vector<std::vector<std::string>> limits{
      {"3/10s", "5/10s", "2/10s"}, {"40/5m", "20/5m", "30/10m"}, {"2000/10s", "3000/10s"}, {"off", "1/5s"}};
  TimePoint now = kStart;
  for (int step = 0; step < 4'000; ++step) {
    now += Millis{any(9) == 0 ? any(20'000) : any(40)};
    std::vector<Charge> charges;
    for (std::size_t kind = 0; kind < limits.size(); ++kind) {
      const auto& texts = limits[kind];
      const std::size_t which =
          any(50) == 0 ? static_cast<std::size_t>(any(static_cast<int>(texts.size()) - 1)) : 0;
      if (any(2) > 0) charges.push_back(charge("key " + std::to_string(kind), texts[which]));
    }
    const bool takes = any(3) > 0;
    const auto expected = run(takes ? memory.take(charges, now) : memory.peek(charges, now)).value();
    const auto got = run(takes ? limiter.take(charges, now) : limiter.peek(charges, now));
    ASSERT_TRUE(got) << got.error().detail;
    for (std::size_t i = 0; i < charges.size(); ++i)
      ASSERT_EQ(shown(expected[i]), shown((*got)[i])) << "step " << step << ", " << charges[i].key;
  }
}

}  // namespace
}  // namespace cutroom::conformance
