#include "vendors/sliding_window.hpp"

#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace cutroom::vendors {
namespace {

const TimePoint kStart = from_unix_ms(1'764'000'000'000);
const Limit kThirtyAnHour = *limit_from("30/1h");

TEST(SlidingWindow, refuses_the_thirty_first_within_the_hour) {
  SlidingWindow window;
  for (int i = 0; i < 30; ++i) {
    const Standing standing = window.take(kThirtyAnHour, kStart + Millis{i * 1'000});
    EXPECT_TRUE(standing.allowed);
    EXPECT_EQ(standing.remaining, static_cast<std::uint32_t>(29 - i));
    EXPECT_EQ(standing.limit, 30U);
  }
  const Standing refused = window.take(kThirtyAnHour, kStart + Millis{30'000});
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_EQ(refused.retry_after, Millis{3'570'000}) << "the first one's hour ends then";
  EXPECT_EQ(refused.reset, Millis{3'570'000});
}

// What fixed windows and GCRA get wrong: a burst around any moment.
TEST(SlidingWindow, never_lets_more_through_in_any_stretch_of_the_window) {
  for (const char* text : {"30/1h", "3/10s", "1500/1m", "5000/20s"}) {
    const Limit limit = *limit_from(text);
    SlidingWindow window;
    std::mt19937 random(42);
    std::deque<TimePoint> passed;
    TimePoint now = kStart;
    std::size_t most = 0;
    const auto mean = static_cast<std::uint32_t>(limit.window.count() / limit.requests + 1);
    for (int i = 0; i < 30'000; ++i) {
      // Bursts and pauses.
      if (random() % (2 * limit.requests) == 0) now += limit.window / 3;
      now += Millis{static_cast<std::int64_t>(random() % mean)};
      while (!passed.empty() && passed.front() + limit.window <= now) passed.pop_front();
      if (window.take(limit, now).allowed) passed.push_back(now);
      most = std::max(most, passed.size());
      ASSERT_LE(passed.size(), limit.requests) << text;
    }
    EXPECT_EQ(most, limit.requests) << text << ": the limit was never reached, so nothing was tested";
  }
}

TEST(SlidingWindow, lets_the_next_through_when_it_said_it_would) {
  SlidingWindow window;
  const Limit limit = *limit_from("2/10s");
  ASSERT_TRUE(window.take(limit, kStart).allowed);
  ASSERT_TRUE(window.take(limit, kStart + Millis{4'000}).allowed);
  const Standing refused = window.take(limit, kStart + Millis{5'000});
  ASSERT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, Millis{5'000});
  EXPECT_FALSE(window.take(limit, kStart + Millis{9'999}).allowed);
  EXPECT_TRUE(window.take(limit, kStart + Millis{10'000}).allowed);
  EXPECT_FALSE(window.take(limit, kStart + Millis{10'001}).allowed) << "one place came free, not two";
}

TEST(SlidingWindow, is_not_held_shut_by_those_it_refuses) {
  SlidingWindow window;
  const Limit limit = *limit_from("1/10s");
  ASSERT_TRUE(window.take(limit, kStart).allowed);
  for (int i = 1; i < 100; ++i) EXPECT_FALSE(window.take(limit, kStart + Millis{i * 100}).allowed);
  EXPECT_TRUE(window.take(limit, kStart + Millis{10'000}).allowed);
}

TEST(SlidingWindow, counts_nothing_when_looked_at) {
  SlidingWindow window;
  EXPECT_EQ(window.peek(kThirtyAnHour, kStart), (Standing{.allowed = true, .limit = 30, .remaining = 30}));
  window.take(kThirtyAnHour, kStart);
  EXPECT_EQ(window.peek(kThirtyAnHour, kStart).remaining, 29U);
  EXPECT_EQ(window.peek(kThirtyAnHour, kStart).remaining, 29U);
}

TEST(SlidingWindow, lets_everything_through_that_is_off) {
  SlidingWindow window;
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(window.take(Limit{}, kStart), Standing{});
  EXPECT_EQ(window.entries(), 0U);
}

TEST(SlidingWindow, keeps_few_entries_whatever_the_limit) {
  SlidingWindow window;
  const Limit limit = *limit_from("1000000/1h");
  for (int i = 0; i < 500'000; ++i) ASSERT_TRUE(window.take(limit, kStart + Millis{i * 7}).allowed);
  EXPECT_LE(window.entries(), SlidingWindow::kEntriesMax + 1);
}

TEST(SlidingWindow, takes_a_clock_that_goes_back_to_stand_still) {
  SlidingWindow window;
  const Limit limit = *limit_from("2/10s");
  ASSERT_TRUE(window.take(limit, kStart).allowed);
  ASSERT_TRUE(window.take(limit, kStart - Millis{5'000}).allowed);
  EXPECT_FALSE(window.take(limit, kStart - Millis{5'000}).allowed);
  EXPECT_FALSE(window.take(limit, kStart + Millis{9'000}).allowed);
  EXPECT_TRUE(window.take(limit, kStart + Millis{10'000}).allowed);
}

TEST(SlidingWindow, goes_on_when_its_limit_changes) {
  SlidingWindow window;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(window.take(*limit_from("10/1h"), kStart + Millis{i}).allowed);
  EXPECT_FALSE(window.take(*limit_from("10/1h"), kStart + Millis{20}).allowed);
  EXPECT_TRUE(window.take(*limit_from("11/1h"), kStart + Millis{20}).allowed);
  const Standing lowered = window.peek(*limit_from("5/1h"), kStart + Millis{30});
  EXPECT_FALSE(lowered.allowed);
  EXPECT_EQ(lowered.retry_after, Millis{3'600'000 + 6 - 30}) << "seven of the eleven have to go";
  EXPECT_TRUE(window.peek(*limit_from("5/1m"), kStart + Millis{60'020}).allowed);
}

TEST(SlidingWindow, says_when_it_can_be_forgotten) {
  SlidingWindow window;
  const Limit limit = *limit_from("2/10s");
  window.take(limit, kStart);
  window.take(limit, kStart + Millis{3'000});
  EXPECT_EQ(window.idle_at(), kStart + Millis{13'000});
  EXPECT_EQ(window.peek(limit, kStart + Millis{13'000}).remaining, 2U);
}

}  // namespace
}  // namespace cutroom::vendors
