#include "jobs/job_moves.hpp"

#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace cutroom::jobs {
namespace {

constexpr JobState kStates[] = {JobState::waiting, JobState::active,  JobState::completed,
                                JobState::failed,  JobState::delayed, JobState::paused};
constexpr Move kMoves[] = {Move::claim,   Move::complete, Move::fail,    Move::retry_at, Move::release,
                           Move::recover, Move::give_up,  Move::promote, Move::retry,    Move::cancel};

// The drawing in docs/job-lifecycle.md, arrow by arrow.
const std::map<std::pair<Move, JobState>, JobState> kArrows{
    {{Move::claim, JobState::waiting}, JobState::active},
    {{Move::complete, JobState::active}, JobState::completed},
    {{Move::fail, JobState::active}, JobState::failed},
    {{Move::retry_at, JobState::active}, JobState::delayed},
    {{Move::release, JobState::active}, JobState::waiting},
    {{Move::recover, JobState::active}, JobState::waiting},
    {{Move::give_up, JobState::active}, JobState::failed},
    {{Move::promote, JobState::delayed}, JobState::waiting},
    {{Move::retry, JobState::failed}, JobState::waiting},
    {{Move::cancel, JobState::waiting}, JobState::failed},
    {{Move::cancel, JobState::delayed}, JobState::failed},
    {{Move::cancel, JobState::active}, JobState::failed},
};

TEST(JobMoves, allow_every_arrow_of_the_drawing_and_refuse_everything_else) {
  for (const Move move : kMoves) {
    for (const JobState from : kStates) {
      const auto arrow = kArrows.find({move, from});
      const auto to = check_move(move, from);
      if (arrow != kArrows.end()) {
        ASSERT_TRUE(to.has_value()) << static_cast<int>(move) << " from " << to_string(from);
        EXPECT_EQ(*to, arrow->second);
      } else {
        ASSERT_FALSE(to.has_value()) << static_cast<int>(move) << " from " << to_string(from);
        EXPECT_EQ(to.error().code, Errc::conflict);
      }
    }
  }
}

TEST(JobMoves, are_all_in_the_table) { EXPECT_EQ(move_table().size(), kArrows.size()); }

TEST(JobMoves, say_what_is_wrong_in_words_for_the_caller) {
  EXPECT_EQ(check_move(Move::retry, JobState::active).error().text(),
            "A job that is active can't be moved by 'retry'");
}

}  // namespace
}  // namespace cutroom::jobs
