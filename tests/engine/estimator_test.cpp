#include "engine/estimator.hpp"

#include <gtest/gtest.h>

namespace cutroom::engine {
namespace {

TEST(Estimator, multiplies_the_depth_by_the_time_one_more_job_takes) {
  Estimator estimator;
  estimator.seed("q", Millis{1500});
  EXPECT_EQ(estimator.seconds_until_done("q", {.waiting = 9, .active = 0}, 1), 15);
  EXPECT_EQ(estimator.seconds_until_done("q", {.waiting = 9, .active = 3}, 1), 20);
}

TEST(Estimator, promises_at_least_a_second) {
  Estimator estimator;
  estimator.seed("q", Millis{1});
  EXPECT_EQ(estimator.seconds_until_done("q", {}, 1), 1);
}

TEST(Estimator, follows_the_measured_speed_of_overlapping_jobs) {
  Estimator estimator;
  estimator.seed("q", Millis{10'000});
  // Three at a time, each takes 3 s, so one ends each second.
  for (int i = 3; i < 100; ++i) estimator.ended("q", from_unix_ms((i - 3) * 1000), from_unix_ms(i * 1000));
  EXPECT_NEAR(static_cast<double>(estimator.interval("q").count()), 1000.0, 20.0);
}

TEST(Estimator, does_not_take_a_lull_for_slowness) {
  Estimator estimator;
  estimator.seed("q", Millis{1000});
  // One job a minute, each takes a second.
  for (int i = 1; i < 50; ++i)
    estimator.ended("q", from_unix_ms(i * 60'000), from_unix_ms(i * 60'000 + 1000));
  EXPECT_NEAR(static_cast<double>(estimator.interval("q").count()), 1000.0, 20.0);
}

}  // namespace
}  // namespace cutroom::engine
