// What one attempt at a job does, seen from the worker: one path per queue.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"
#include "engine/step_times.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

// One try at one job. Lives while the path runs.
struct Attempt {
  const jobs::Job& job;
  std::stop_token stop;  // Time-out, cancel, lost lease, shutdown: end soon, with Errc::cancelled.
  std::function<void(int percent)> report;  // Progress; never waits, never fails.
  StepTimes& times;                         // mark() after each step: the job's log shows them.
};

class JobPath {
 public:
  virtual ~JobPath() = default;
  // The result for the API as JSON object. May run twice for one job (crash, lost lease): every effect
  // outside is idempotent.
  virtual boost::asio::awaitable<Result<std::string>> run(Attempt&) = 0;
  // The job is about to fail for good with this reason: the place to tell the platform's database.
  virtual boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string& reason) = 0;
};

}  // namespace cutroom::engine
