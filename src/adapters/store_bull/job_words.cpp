#include "adapters/store_bull/job_words.hpp"

#include <array>
#include <charconv>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cutroom::store_bull {
std::string exact(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

int bull_priority(int priority) { return priority > 0 ? 1001 - priority : 0; }

std::string opts_json(const jobs::NewJob& job, TimePoint now) {
  boost::json::object opts{
      {"attempts", job.retry.attempts_max},
      {"backoff", {{"type", "exponential"}, {"delay", job.retry.backoff_first.count()}, {"factor", 2}}},
      {"timeout", job.timeout.count()},
      {"delay", job.delay.count()},
      {"timestamp", to_unix_ms(now)}};
  if (job.priority > 0) opts["priority"] = bull_priority(job.priority);
  if (job.retry.backoff_max != jobs::RetryPolicy{}.backoff_max)
    opts["backoffMax"] = job.retry.backoff_max.count();
  return boost::json::serialize(opts);
}

void append_job(std::vector<std::string>& words, const jobs::NewJob& job, std::string queue_name,
                TimePoint now) {
  words.insert(words.end(), {std::move(queue_name), job.vendor, job.payload_json, opts_json(job, now),
                             std::to_string(bull_priority(job.priority)), std::to_string(job.priority),
                             exact(job.cost), job.project, std::to_string(job.delay.count())});
}

}  // namespace cutroom::store_bull
