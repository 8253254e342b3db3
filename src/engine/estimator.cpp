#include "engine/estimator.hpp"

#include <algorithm>
#include <cmath>

namespace cutroom::engine {
namespace {

// Share of the newest sample in the running mean: follows a change of load within some ten jobs.
constexpr double kNewest = 0.2;

}  // namespace

void Estimator::seed(const std::string& queue, Millis per_job) {
  speeds_[queue].interval_ms = static_cast<double>(per_job.count());
}

void Estimator::ended(const std::string& queue, TimePoint started, TimePoint now) {
  Speed& speed = speeds_[queue];
  // While jobs overlap, the time since the last end is what one more job costs; after a lull it is the job's
  // own.
  const TimePoint from = speed.last_end ? std::max(*speed.last_end, started) : started;
  const double sample = static_cast<double>(std::max<std::int64_t>((now - from).count(), 0));
  speed.interval_ms += kNewest * (sample - speed.interval_ms);
  speed.last_end = now;
}

std::int64_t Estimator::seconds_until_done(const std::string& queue, const jobs::QueueCounts& counts,
                                           std::uint64_t jobs) const {
  const std::uint64_t ahead = counts.waiting + counts.paused + counts.active + jobs;
  const double ms = static_cast<double>(ahead) * static_cast<double>(interval(queue).count());
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(ms / 1000.0)));
}

Millis Estimator::interval(const std::string& queue) const {
  const auto speed = speeds_.find(queue);
  if (speed == speeds_.end()) return Millis{1000};
  return Millis{static_cast<std::int64_t>(std::ceil(speed->second.interval_ms))};
}

}  // namespace cutroom::engine
