#include "jobs/job.hpp"

#include <gtest/gtest.h>

namespace cutroom::jobs {
namespace {

TEST(NextBackoff, doubles_from_the_first_pause_until_no_attempt_is_left) {
  const RetryPolicy policy{.attempts_max = 4, .backoff_first = Millis{2'000}};
  EXPECT_EQ(next_backoff(policy, 1), Millis{2'000});
  EXPECT_EQ(next_backoff(policy, 2), Millis{4'000});
  EXPECT_EQ(next_backoff(policy, 3), Millis{8'000});
  EXPECT_EQ(next_backoff(policy, 4), std::nullopt);
  EXPECT_EQ(next_backoff(policy, 5), std::nullopt);
}

TEST(NextBackoff, never_exceeds_the_largest_pause) {
  const RetryPolicy policy{
      .attempts_max = 1'000, .backoff_first = Millis{2'000}, .backoff_max = Millis{5'000}};
  EXPECT_EQ(next_backoff(policy, 2), Millis{4'000});
  EXPECT_EQ(next_backoff(policy, 3), Millis{5'000});
  EXPECT_EQ(next_backoff(policy, 999), Millis{5'000});
}

TEST(NextBackoff, gives_no_second_attempt_where_one_is_the_limit) {
  EXPECT_EQ(next_backoff({.attempts_max = 1}, 1), std::nullopt);
}

TEST(JobState, has_one_word_each_way) {
  for (const auto state : {JobState::waiting, JobState::active, JobState::completed, JobState::failed,
                           JobState::delayed, JobState::paused}) {
    EXPECT_EQ(job_state_from(to_string(state)), state);
  }
  EXPECT_EQ(job_state_from("stuck"), std::nullopt);
}

}  // namespace
}  // namespace cutroom::jobs
