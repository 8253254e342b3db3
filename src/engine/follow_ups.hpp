// Jobs that come after a job has ended, accepted in the same step of the store: so none is lost, whatever
// dies.
#pragma once

#include <functional>
#include <vector>

#include "jobs/job.hpp"

namespace cutroom::engine {

// What follows the job, which has ended in the given state: completed with the result's JSON, or failed with
// the reason.
using FollowUps =
    std::function<std::vector<jobs::NewJob>(const jobs::Job&, jobs::JobState, const std::string&)>;

inline std::vector<jobs::NewJob> no_follow_ups(const jobs::Job&, jobs::JobState, const std::string&) {
  return {};
}

}  // namespace cutroom::engine
