// The moves between states, as one table: every store makes its moves through check_move(), so no store can
// invent one. Drawn in docs/job-lifecycle.md.
#pragma once

#include <span>
#include <string_view>

#include "base/error.hpp"
#include "jobs/job.hpp"

namespace cutroom::jobs {

enum class Move : std::uint8_t {
  claim,     // waiting -> active
  complete,  // active -> completed
  fail,      // active -> failed
  retry_at,  // active -> delayed: the attempt failed, another will follow
  release,   // active -> waiting: the worker stops; no attempt counted
  recover,   // active -> waiting: the worker died; a stall counted
  give_up,   // active -> failed: it died too often
  promote,   // delayed -> waiting: its time has come, or somebody says so
  retry,     // failed -> waiting: a dead letter gets a fresh set of attempts
  cancel,    // waiting, delayed or active -> failed
};

struct MoveRow {
  Move move;
  std::string_view name;
  JobState from;
  JobState to;
};

std::span<const MoveRow> move_table();
// The state after `move`, or Errc::conflict where `from` does not allow it.
Result<JobState> check_move(Move, JobState from);

}  // namespace cutroom::jobs
