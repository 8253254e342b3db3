// What the usage figures know of a job that has ended, read from its result.
#pragma once

#include <string>

#include "jobs/job.hpp"
#include "vendors/usage.hpp"

namespace cutroom::engine {

// `result_json` is empty where the job failed.
vendors::JobFacts job_facts(const jobs::Job&, const std::string& result_json, TimePoint ended_at);

}  // namespace cutroom::engine
