#include "adapters/http/job_json.hpp"

#include "adapters/http/json_text.hpp"

namespace cutroom::http {
namespace {

void put_time(JsonText& json, std::string_view name, const std::optional<TimePoint>& t) {
  if (t)
    json.number(name, to_unix_ms(*t));
  else
    json.raw(name, {});
}

}  // namespace

// Bull's names and meanings: times in milliseconds since 1970, `processedOn` the start of the last attempt.
std::string to_json(const jobs::Job& job) {
  JsonText json;
  json.text("id", job.id);
  json.text("queue", job.queue);
  json.text("state", jobs::to_string(job.state));
  json.number("progress", job.progress);
  json.raw("data", job.payload_json);
  json.raw("result", job.result_json);
  if (job.failed_reason.empty())
    json.raw("failedReason", {});
  else
    json.text("failedReason", job.failed_reason);
  json.number("attemptsMade", job.attempts_made);
  json.number("maxAttempts", job.retry.attempts_max);
  json.number("priority", job.priority);
  json.number("timestamp", to_unix_ms(job.created_at));
  json.text("vendorId", job.vendor);
  if (job.batch) json.text("batchId", *job.batch);
  put_time(json, "runAt", job.run_at);
  put_time(json, "processedOn", job.processed_at);
  put_time(json, "finishedOn", job.finished_at);
  return std::move(json).str();
}

bool has_ended(const jobs::Job& job) {
  return job.state == jobs::JobState::completed || job.state == jobs::JobState::failed;
}

}  // namespace cutroom::http
