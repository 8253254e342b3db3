#include "jobs/job_moves.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cutroom::jobs {
namespace {

constexpr std::array kMoves{
    MoveRow{Move::claim, "claim", JobState::waiting, JobState::active},
    MoveRow{Move::complete, "complete", JobState::active, JobState::completed},
    MoveRow{Move::fail, "fail", JobState::active, JobState::failed},
    MoveRow{Move::retry_at, "retry_at", JobState::active, JobState::delayed},
    MoveRow{Move::release, "release", JobState::active, JobState::waiting},
    MoveRow{Move::recover, "recover", JobState::active, JobState::waiting},
    MoveRow{Move::give_up, "give_up", JobState::active, JobState::failed},
    MoveRow{Move::promote, "promote", JobState::delayed, JobState::waiting},
    MoveRow{Move::retry, "retry", JobState::failed, JobState::waiting},
    MoveRow{Move::cancel, "cancel", JobState::waiting, JobState::failed},
    MoveRow{Move::cancel, "cancel", JobState::delayed, JobState::failed},
    MoveRow{Move::cancel, "cancel", JobState::active, JobState::failed},
};

}  // namespace

std::span<const MoveRow> move_table() { return kMoves; }

Result<JobState> check_move(Move move, JobState from) {
  const auto row = std::find_if(kMoves.begin(), kMoves.end(),
                                [&](const MoveRow& r) { return r.move == move && r.from == from; });
  if (row != kMoves.end()) return row->to;
  const auto any =
      std::find_if(kMoves.begin(), kMoves.end(), [&](const MoveRow& r) { return r.move == move; });
  return Error{.code = Errc::conflict,
               .message = "A job that is " + std::string(to_string(from)) + " can't be moved by '" +
                          std::string(any->name) + "'"};
}

}  // namespace cutroom::jobs
