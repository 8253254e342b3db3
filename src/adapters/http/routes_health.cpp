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

}  // namespace

boost::asio::awaitable<Response> worker_health(const Api& api, Request& request) {
  const auto counts = co_await api.use.status.counts();
  if (!counts) {
    Response response = error_response(counts.error(), describe(request));
    response.body = unhealthy_json(counts.error(), iso8601(api.use.clock.now()));
    co_return response;
  }
  const bool healthy = api.use.readiness.ready();
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
