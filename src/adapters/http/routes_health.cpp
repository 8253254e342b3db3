#include <utility>
#include <vector>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

// What Bull's count() counts: all that is still to be done and not being done.
std::int64_t queue_size(const jobs::QueueCounts& counts) {
  return static_cast<std::int64_t>(counts.waiting + counts.paused + counts.delayed);
}

std::string not_ready_json(const engine::Readiness& readiness) {
  JsonText json;
  for (const auto& [part, reason] : readiness.reasons())
    if (!reason.empty()) json.text(part, reason);
  return std::move(json).str();
}

// Where not even the queues can be read: the same fields, as far as they are known.
std::string unhealthy_json(const Error& error, const std::string& now) {
  JsonText json;
  json.text("status", "unhealthy");
  json.raw("bgRemovalQueueSize", {});
  json.raw("faceCropQueueSize", {});
  json.text("error", error.text());
  json.text("code", error_row(error.code).code);
  json.text("timestamp", now);
  return std::move(json).str();
}

// Array elements, written one by one.
class JsonList {
 public:
  void add(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
  }
  void add_text(std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    append_json_string(text_, value);
  }
  std::string str() && {
    text_ += ']';
    return std::move(text_);
  }

 private:
  std::string text_ = "[";
};

std::string queue_json(const engine::WorkerQueue& queue, bool with_jobs) {
  JsonText json;
  json.text("queue", queue.name);
  json.number("slots", static_cast<std::int64_t>(queue.slots));
  json.number("active", static_cast<std::int64_t>(queue.running.size()));
  if (with_jobs) {
    JsonList jobs;
    for (const jobs::JobId& id : queue.running) jobs.add_text(id);
    json.raw("jobs", std::move(jobs).str());
  }
  return std::move(json).str();
}

// Machines and other people's jobs are nothing for whoever may ask for the health of a server that needs
// keys.
std::string worker_json(const engine::WorkerState& worker, bool whole) {
  JsonText json;
  json.text("id", worker.id);
  if (whole) {
    json.text("host", worker.host);
    json.number("pid", worker.pid);
  }
  json.text("version", worker.version);
  json.text("startedAt", iso8601(worker.started_at));
  json.text("heartbeatAt", iso8601(worker.heartbeat_at));
  JsonList queues;
  for (const engine::WorkerQueue& queue : worker.queues) queues.add(queue_json(queue, whole));
  json.raw("queues", std::move(queues).str());
  return std::move(json).str();
}

std::string workers_json(const std::vector<engine::WorkerState>& workers, bool whole) {
  JsonList all;
  for (const engine::WorkerState& worker : workers) all.add(worker_json(worker, whole));
  return std::move(all).str();
}

Response health_unknown(const Api& api, const Request& request, const Error& error) {
  Response response = error_response(error, describe(request));
  response.body = unhealthy_json(error, iso8601(api.use.clock.now()));
  return response;
}

}  // namespace

boost::asio::awaitable<Response> worker_health(const Api& api, Request& request) {
  const auto counts = co_await api.use.status.counts();
  if (!counts) co_return health_unknown(api, request, counts.error());
  const auto workers = co_await api.use.workers.alive();
  if (!workers) co_return health_unknown(api, request, workers.error());
  const bool healthy = api.use.readiness.ready() && !workers->empty();
  JsonText json;
  json.text("status", healthy ? "healthy" : "unhealthy");
  json.number("bgRemovalQueueSize", queue_size(counts->background_removal));
  json.number("faceCropQueueSize", queue_size(counts->face_crop));
  json.number("imageProcessingQueueSize", queue_size(counts->image_processing));
  json.number("activeJobs",
              static_cast<std::int64_t>(counts->background_removal.active + counts->face_crop.active +
                                        counts->image_processing.active));
  json.number("subscribers", static_cast<std::int64_t>(api.use.hub.subscribers()));
  json.raw("notReady", not_ready_json(api.use.readiness));
  json.raw("workers", workers_json(*workers, request.caller.sees_all));
  json.text("version", api.options.version);
  json.text("timestamp", iso8601(api.use.clock.now()));
  co_return json_response(healthy ? 200 : 503, std::move(json).str());
}

boost::asio::awaitable<Response> healthz(const Api&, Request&) {
  co_return json_response(200, R"({"status":"ok"})");
}

boost::asio::awaitable<Response> readyz(const Api& api, Request& request) {
  if (api.use.readiness.ready()) co_return json_response(200, R"({"status":"ready"})");
  Error error{.code = Errc::unavailable, .message = "Not ready"};
  for (const auto& [part, reason] : api.use.readiness.reasons())
    if (!reason.empty()) error.fields.push_back({part, reason});
  co_return error_response(error, describe(request));
}

}  // namespace cutroom::http
