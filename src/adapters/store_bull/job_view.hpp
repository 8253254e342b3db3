// A job as Redis has it, read.
#pragma once

#include <string>
#include <vector>

#include "adapters/redis_client/reply.hpp"
#include "jobs/job.hpp"

namespace cutroom::store_bull {

// The answer of view() in lua/5_job.lua: id, queue, state, due, fields.
jobs::Job job_from_view(const redis_client::Reply&);
// Of a job that has just been claimed.
jobs::Job job_from_fields(std::string id, std::string queue, jobs::JobState,
                          const std::vector<redis_client::Reply>& fields);

// A row of the job's log. Rows that others wrote (Bull's job.log()) are no attempts: nullopt.
std::optional<jobs::AttemptLog> attempt_from_row(const std::string& row);

}  // namespace cutroom::store_bull
