// How long a job will take from now: from the queue's depth and the speed measured lately. Lives on the I/O
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

class Estimator {
 public:
  // Before the first job has ended: the model's warm-up run, or a guess from configuration.
  void seed(const std::string& queue, Millis per_job);
  // A job of the queue has ended at `now`, `running` others still run; `busy_since`: when it began to run.
  void ended(const std::string& queue, TimePoint started, TimePoint now);

  // Time until `jobs` more jobs behind the present ones of the queue are done, in whole seconds, at least 1.
  std::int64_t seconds_until_done(const std::string& queue, const jobs::QueueCounts&,
                                  std::uint64_t jobs) const;
  // Mean time between two ends while the queue had work.
  Millis interval(const std::string& queue) const;

 private:
  struct Speed {
    double interval_ms = 1000.0;
    std::optional<TimePoint> last_end;
  };
  std::unordered_map<std::string, Speed> speeds_;
};

}  // namespace cutroom::engine
