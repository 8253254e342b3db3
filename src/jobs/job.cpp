#include "jobs/job.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cutroom::jobs {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 6> kWords{{
    {JobState::waiting, "waiting"},
    {JobState::active, "active"},
    {JobState::completed, "completed"},
    {JobState::failed, "failed"},
    {JobState::delayed, "delayed"},
    {JobState::paused, "paused"},
}};

}  // namespace

std::string_view to_string(JobState state) {
  return std::find_if(kWords.begin(), kWords.end(), [&](const auto& row) { return row.first == state; })
      ->second;
}

std::optional<JobState> job_state_from(std::string_view word) {
  const auto row =
      std::find_if(kWords.begin(), kWords.end(), [&](const auto& r) { return r.second == word; });
  if (row == kWords.end()) return std::nullopt;
  return row->first;
}

std::optional<Millis> next_backoff(const RetryPolicy& policy, int attempts_made) {
  if (attempts_made >= policy.attempts_max) return std::nullopt;
  Millis pause = policy.backoff_first;
  for (int attempt = 1; attempt < attempts_made && pause < policy.backoff_max; ++attempt) pause *= 2;
  return std::min(pause, policy.backoff_max);
}

}  // namespace cutroom::jobs
