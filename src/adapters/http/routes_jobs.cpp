#include <algorithm>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

void put_time(JsonText& json, std::string_view name, const std::optional<TimePoint>& t) {
  if (t)
    json.number(name, to_unix_ms(*t));
  else
    json.raw(name, {});
}

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
  put_time(json, "runAt", job.run_at);
  put_time(json, "processedOn", job.processed_at);
  put_time(json, "finishedOn", job.finished_at);
  return std::move(json).str();
}

// Longer than any id a store gives out.
constexpr std::size_t kIdMax = 20;

bool can_be_id(std::string_view text) {
  return text.size() <= kIdMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

boost::asio::awaitable<Response> get_job(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id))
    co_return error_response({.code = Errc::not_found, .message = "Job not found"}, describe(request));
  const auto job = co_await api.use.status.job(id);
  if (!job) co_return error_response(job.error(), describe(request));
  co_return json_response(200, to_json(*job));
}

}  // namespace cutroom::http
