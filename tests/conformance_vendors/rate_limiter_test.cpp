// What vendors/rate_limiter.hpp says, sentence by sentence. sliding_window_test.cpp has the rules of one
// window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/limits_memory/memory_rate_limiter.hpp"
#include "support/run_coroutine.hpp"
#include "vendor_stores.hpp"

namespace cutroom::conformance {
namespace {

using test::run;
using vendors::Charge;
using vendors::Standing;

const TimePoint kStart = from_unix_ms(1'764'000'000'000);

Charge charge(std::string key, const char* limit) {
  return {std::move(key), vendors::limit_from(limit).value()};
}

class RateLimiter : public testing::TestWithParam<RateLimiterKind> {
 protected:
  std::vector<Standing> take(std::vector<Charge> charges, TimePoint now = kStart) {
    return run(limiter_->take(std::move(charges), now)).value();
  }
  std::vector<Standing> peek(std::vector<Charge> charges, TimePoint now = kStart) {
    return run(limiter_->peek(std::move(charges), now)).value();
  }
  Standing take_one(const Charge& one, TimePoint now = kStart) { return take({one}, now).at(0); }

 private:
  std::unique_ptr<vendors::RateLimiter> limiter_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Conformance, RateLimiter, testing::ValuesIn(rate_limiter_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(RateLimiter, refuses_the_thirty_first_within_the_hour) {
  const Charge bg = charge("bg acme", "30/1h");
  for (int i = 0; i < 30; ++i) {
    const Standing standing = take_one(bg, kStart + Millis{i * 60'000});
    EXPECT_TRUE(standing.allowed);
    EXPECT_EQ(standing.remaining, static_cast<std::uint32_t>(29 - i));
  }
  const Standing refused = take_one(bg, kStart + Millis{3'599'999});
  EXPECT_EQ(
      refused,
      (Standing{
          .allowed = false, .limit = 30, .remaining = 0, .reset = Millis{1}, .retry_after = Millis{1}}));
  EXPECT_TRUE(take_one(bg, kStart + Millis{3'600'000}).allowed);
}

TEST_P(RateLimiter, counts_each_key_for_itself) {
  EXPECT_TRUE(take_one(charge("a", "1/1h")).allowed);
  EXPECT_FALSE(take_one(charge("a", "1/1h")).allowed);
  EXPECT_TRUE(take_one(charge("b", "1/1h")).allowed);
}

TEST_P(RateLimiter, takes_from_all_or_from_none) {
  EXPECT_TRUE(take_one(charge("narrow", "1/1h")).allowed);
  const auto refused = take({charge("wide", "10/1h"), charge("narrow", "1/1h")});
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_TRUE(refused[0].allowed);
  EXPECT_FALSE(refused[1].allowed);
  EXPECT_EQ(peek({charge("wide", "10/1h")})[0].remaining, 10U) << "a refused request used the other limit up";
}

TEST_P(RateLimiter, answers_in_the_order_of_the_charges) {
  const auto passed = take({charge("a", "10/1h"), charge("b", "5/1m")});
  ASSERT_EQ(passed.size(), 2U);
  EXPECT_EQ(passed[0], (Standing{.limit = 10, .remaining = 9, .reset = Millis{3'600'000}}));
  EXPECT_EQ(passed[1], (Standing{.limit = 5, .remaining = 4, .reset = Millis{60'000}}));
}

TEST_P(RateLimiter, counts_nothing_when_looked_at) {
  EXPECT_EQ(peek({charge("a", "2/1h")})[0], (Standing{.limit = 2, .remaining = 2}));
  EXPECT_EQ(peek({charge("a", "2/1h")})[0].remaining, 2U);
  take_one(charge("a", "2/1h"));
  EXPECT_EQ(peek({charge("a", "2/1h")})[0].remaining, 1U);
}

TEST_P(RateLimiter, lets_everything_through_that_is_off) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(take_one({"a", vendors::Limit{}}).allowed);
  EXPECT_TRUE(take_one(charge("a", "1/1h")).allowed) << "what passed while it was off counts for nothing";
}

TEST_P(RateLimiter, takes_no_charges_at_all) { EXPECT_TRUE(take({}).empty()); }

TEST(MemoryRateLimiter, drops_keys_that_are_idle) {
  limits_memory::MemoryRateLimiter limiter;
  for (int i = 0; i < 1'000; ++i) run(limiter.take({charge("k" + std::to_string(i), "5/10s")}, kStart));
  EXPECT_EQ(limiter.keys(), 1'000U);
  for (int i = 0; i < 500; ++i) run(limiter.take({charge("late", "5/10s")}, kStart + Millis{20'000 + i}));
  EXPECT_EQ(limiter.keys(), 1U);
}

TEST(MemoryRateLimiter, forgets_the_key_that_was_asked_for_longest_ago_when_there_are_too_many) {
  limits_memory::MemoryRateLimiter limiter(3);
  for (const char* key : {"a", "b", "c"}) run(limiter.take({charge(key, "1/1h")}, kStart));
  run(limiter.take({charge("a", "2/1h")}, kStart));  // "b" is the oldest now.
  run(limiter.take({charge("d", "1/1h")}, kStart));
  run(limiter.take({charge("d", "1/1h")}, kStart));  // Makes room first.
  EXPECT_EQ(limiter.keys(), 3U);
  EXPECT_EQ(run(limiter.peek({charge("b", "1/1h")}, kStart)).value()[0].remaining, 1U);
  EXPECT_EQ(run(limiter.peek({charge("a", "2/1h")}, kStart)).value()[0].remaining, 0U);
}

TEST(MemoryRateLimiter, stays_bounded_whatever_comes) {
  limits_memory::MemoryRateLimiter limiter(100);
  for (int i = 0; i < 10'000; ++i)
    run(limiter.take({charge("x" + std::to_string(i), "5/1h"), charge("y" + std::to_string(i), "5/1h")},
                     kStart));
  EXPECT_LE(limiter.keys(), 102U);
}

}  // namespace
}  // namespace cutroom::conformance
