// A job as Redis has it, read.
#pragma once

#include <string>
#include <vector>

#include "adapters/redis_client/reply.hpp"
#include "jobs/job.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_bull {

// The answer of view() in lua/7_job.lua: id, queue, state, due, fields.
jobs::Job job_from_view(const redis_client::Reply&);
// Of a job that has just been claimed, as lua/8_steps_claim.lua answers it.
constexpr std::size_t kOptsAt = 3;  // Among them: its options.
jobs::Job job_from_claim(std::string queue, const std::vector<redis_client::Reply>& values);

// {"added" or "repeated", batch or "", note, ids, ...}
jobs::Accepted accepted_from(const std::vector<redis_client::Reply>& parts);

// A row of the job's log. Rows that others wrote (Bull's job.log()) are no attempts: nullopt.
std::optional<jobs::AttemptLog> attempt_from_row(const std::string& row);
// The job's last attempt where it went well: its log has no row of that, unless it is `logged` already.
std::optional<jobs::AttemptLog> attempt_that_went_well(const jobs::Job&, std::string steps_json,
                                                       const std::vector<jobs::AttemptLog>& logged);

}  // namespace cutroom::store_bull
