#include <utility>

#include "adapters/http/handlers.hpp"
#include "adapters/http/job_json.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;
using engine::EventType;
using engine::Topic;

// Beyond it, proxies close a connection that says nothing.
constexpr Millis kWaitMax{60'000};

Error job_missing() { return {.code = Errc::not_found, .message = "Job not found"}; }

// The job that the path names. One that the caller may not see does not exist.
awaitable<Result<jobs::Job>> find_job(const Api& api, const Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id)) co_return job_missing();
  auto job = co_await api.use.status.job(id);
  if (job && !engine::may_see(request.caller, job->vendor)) co_return job_missing();
  co_return job;
}

// Waits until the job has ended, for at most so long.
awaitable<Result<jobs::Job>> await_end(const Api& api, const Request& request, Millis at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  // Before the first look, so that nothing is missed in between.
  const auto subscription = api.use.hub.subscribe({Topic::Kind::job, request.params[0]});
  if (!subscription) co_return Error{.code = Errc::unavailable, .message = "Too many callers are waiting"};
  for (;;) {
    auto job = co_await find_job(api, request);
    const auto left = std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    if (!job || has_ended(*job) || left <= Millis{0}) co_return job;
    co_await subscription->next(left);
  }
}

std::string log_json(const jobs::AttemptLog& entry, std::size_t number) {
  JsonText json;
  json.number("attempt", static_cast<std::int64_t>(number));
  json.number("startedOn", to_unix_ms(entry.started_at));
  json.number("finishedOn", to_unix_ms(entry.ended_at));
  json.text("outcome", entry.outcome);
  if (!entry.error.empty()) json.text("error", entry.error);
  json.raw("steps", entry.steps_json.empty() ? "[]" : entry.steps_json);
  return std::move(json).str();
}

// How the job stands after something was done to it.
awaitable<Response> state_of(const Api& api, Request& request, bool is_cancelling) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  JsonText json;
  json.flag("success", true);
  json.text("id", job->id);
  json.text("state", jobs::to_string(job->state));
  if (is_cancelling) json.flag("cancelling", true);
  co_return json_response(200, std::move(json).str());
}

}  // namespace

awaitable<Response> get_job(const Api& api, Request& request) {
  if (request.query.empty()) {
    const auto job = co_await find_job(api, request);
    if (!job) co_return error_response(job.error(), describe(request));
    co_return json_response(200, to_json(*job));
  }
  Query query(request.query, {"wait"});
  const auto wait = query.duration("wait", kWaitMax);
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  const auto job = co_await await_end(api, request, wait.value_or(Millis{0}));
  if (!job) co_return error_response(job.error(), describe(request));
  co_return json_response(200, to_json(*job));
}

awaitable<Response> remove_job(const Api& api, Request& request) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  if (const auto removed = co_await api.use.control.remove(job->id); !removed)
    co_return error_response(removed.error(), describe(request));
  JsonText json;
  json.flag("success", true);
  json.text("id", job->id);
  co_return json_response(200, std::move(json).str());
}

awaitable<Response> cancel_job(const Api& api, Request& request) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  const auto is_stopping = co_await api.use.control.cancel(job->id);
  if (!is_stopping) co_return error_response(is_stopping.error(), describe(request));
  co_return co_await state_of(api, request, *is_stopping);
}

awaitable<Response> retry_job(const Api& api, Request& request) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  if (const auto done = co_await api.use.control.retry(job->id); !done)
    co_return error_response(done.error(), describe(request));
  co_return co_await state_of(api, request, false);
}

awaitable<Response> promote_job(const Api& api, Request& request) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  if (const auto done = co_await api.use.control.promote(job->id); !done)
    co_return error_response(done.error(), describe(request));
  co_return co_await state_of(api, request, false);
}

awaitable<Response> job_logs(const Api& api, Request& request) {
  const auto job = co_await find_job(api, request);
  if (!job) co_return error_response(job.error(), describe(request));
  const auto log = co_await api.use.status.log(job->id);
  if (!log) co_return error_response(log.error(), describe(request));
  std::string attempts = "[";
  for (std::size_t i = 0; i < log->size(); ++i) {
    if (i > 0) attempts += ',';
    attempts += log_json((*log)[i], i + 1);
  }
  JsonText json;
  json.text("id", job->id);
  json.raw("attempts", attempts + "]");
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
