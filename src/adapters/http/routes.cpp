#include "adapters/http/routes.hpp"

#include <array>
#include <exception>

#include <boost/beast/core/string.hpp>

#include "adapters/http/gate.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/path_pattern.hpp"

namespace cutroom::http {
namespace {

using enum engine::Access;
using engine::RequestClass;

constexpr std::array kRoutes{
    Route{Verb::post, "/api/image-queue/remove-bg-queue", remove_bg_queue, BodyRule::json_or_form,
          RequestClass::background_removal, caller, "Queue one photo for background removal"},
    Route{Verb::post, "/api/image-queue/bulk-remove-bg", bulk_remove_bg, BodyRule::json, RequestClass::bulk,
          caller, "Queue many photos for background removal"},
    Route{Verb::post, "/api/image-queue/process-queue", process_queue, BodyRule::json_or_form,
          RequestClass::image_processing, caller, "Queue one photo for image processing"},
    Route{Verb::post, "/api/image-queue/bulk-process", bulk_process, BodyRule::json, RequestClass::bulk,
          caller, "Queue many photos for image processing"},
    Route{Verb::post, "/api/image-queue/crop-face-queue", crop_face_queue, BodyRule::json_or_form,
          RequestClass::image_processing, caller, "Queue one photo for a face crop"},
    Route{Verb::post, "/api/image-queue/bulk-crop-face", bulk_crop_face, BodyRule::json, RequestClass::bulk,
          caller, "Queue many photos for face crops"},
    Route{Verb::get, "/api/image-queue/presets", face_presets, BodyRule::none, RequestClass::read, caller,
          "What faces can be cropped to"},
    Route{Verb::get, "/api/image-queue/job/:jobId", get_job, BodyRule::none, RequestClass::read, caller,
          "State, progress and result of a job"},
    Route{Verb::del, "/api/image-queue/job/:jobId", remove_job, BodyRule::none, RequestClass::control, caller,
          "Forget a job that is not active"},
    Route{Verb::post, "/api/image-queue/job/:jobId/cancel", cancel_job, BodyRule::none, RequestClass::control,
          caller, "Stop a job that has not ended"},
    Route{Verb::post, "/api/image-queue/job/:jobId/retry", retry_job, BodyRule::none, RequestClass::control,
          caller, "Run a failed job again"},
    Route{Verb::post, "/api/image-queue/job/:jobId/promote", promote_job, BodyRule::none,
          RequestClass::control, caller, "Let a delayed job wait no longer"},
    Route{Verb::get, "/api/image-queue/job/:jobId/logs", job_logs, BodyRule::none, RequestClass::read, caller,
          "Each attempt at a job with its steps"},
    Route{Verb::get, "/api/image-queue/job/:jobId/events", job_events, BodyRule::none, RequestClass::read,
          caller, "A job's life as server-sent events"},
    Route{Verb::get, "/api/image-queue/jobs", list_jobs, BodyRule::none, RequestClass::read, caller,
          "Jobs by queue, state, vendor, project"},
    Route{Verb::post, "/api/image-queue/jobs/retry", retry_jobs, BodyRule::json, RequestClass::control,
          caller, "Run many failed jobs again"},
    Route{Verb::get, "/api/image-queue/batch/:batchId", get_batch, BodyRule::none, RequestClass::read, caller,
          "How far a bulk call is"},
    Route{Verb::post, "/api/image-queue/batch/:batchId/cancel", cancel_batch, BodyRule::none,
          RequestClass::control, caller, "Stop what is left of a bulk call"},
    Route{Verb::get, "/api/image-queue/batch/:batchId/events", batch_events, BodyRule::none,
          RequestClass::read, caller, "A bulk call's progress as server-sent events"},
    Route{Verb::get, "/api/image-queue/events", vendor_events, BodyRule::none, RequestClass::read, caller,
          "All of a vendor's jobs as server-sent events"},
    Route{Verb::get, "/api/image-queue/webhook", get_webhook, BodyRule::none, RequestClass::read, caller,
          "Where your events go"},
    Route{Verb::put, "/api/image-queue/webhook", set_webhook, BodyRule::json, RequestClass::control, caller,
          "Say where your events go; the signing secret is shown this once"},
    Route{Verb::del, "/api/image-queue/webhook", remove_webhook, BodyRule::none, RequestClass::control,
          caller, "Have no more events sent"},
    Route{Verb::post, "/api/image-queue/webhook/test", test_webhook, BodyRule::none, RequestClass::control,
          caller, "Have a trial event sent"},
    Route{Verb::get, "/api/image-queue/webhook/deliveries", webhook_deliveries, BodyRule::none,
          RequestClass::read, caller, "What became of the events that were sent"},
    Route{Verb::post, "/api/image-queue/queues/:queue/pause", pause_queue, BodyRule::none,
          RequestClass::control, admin_or_open, "Give out no more jobs"},
    Route{Verb::post, "/api/image-queue/queues/:queue/resume", resume_queue, BodyRule::none,
          RequestClass::control, admin_or_open, "Give out jobs again"},
    Route{Verb::post, "/api/image-queue/queues/:queue/drain", drain_queue, BodyRule::json,
          RequestClass::control, admin_or_open, "Forget what waits in a queue"},
    Route{Verb::get, "/api/image-queue/queue-stats", queue_stats, BodyRule::none, RequestClass::read, caller,
          "How full each queue is"},
    Route{Verb::get, "/api/image-queue/rate-limits", rate_limits, BodyRule::none, RequestClass::read, caller,
          "How many requests you have left"},
    Route{Verb::get, "/api/worker/health", worker_health, BodyRule::none, RequestClass::read, anyone,
          "Whether jobs are being worked on"},
    Route{Verb::get, "/api/admin/vendors", list_vendors, BodyRule::none, RequestClass::admin, admin,
          "All vendors"},
    Route{Verb::post, "/api/admin/vendors", create_vendor, BodyRule::json, RequestClass::admin, admin,
          "Set a vendor up"},
    Route{Verb::get, "/api/admin/vendors/:vendorId", get_vendor, BodyRule::none, RequestClass::admin, admin,
          "One vendor"},
    Route{Verb::patch, "/api/admin/vendors/:vendorId", change_vendor, BodyRule::json, RequestClass::admin,
          admin, "Change some of a vendor's fields"},
    Route{Verb::del, "/api/admin/vendors/:vendorId", remove_vendor, BodyRule::none, RequestClass::admin,
          admin, "Remove a vendor with its keys and usage"},
    Route{Verb::get, "/api/admin/vendors/:vendorId/keys", list_keys, BodyRule::none, RequestClass::admin,
          admin, "A vendor's keys, without their secrets"},
    Route{Verb::post, "/api/admin/vendors/:vendorId/keys", create_key, BodyRule::json, RequestClass::admin,
          admin, "A new key, shown this once"},
    Route{Verb::del, "/api/admin/vendors/:vendorId/keys/:keyId", revoke_key, BodyRule::none,
          RequestClass::admin, admin, "Revoke a key at once"},
    Route{Verb::get, "/api/admin/vendors/:vendorId/presets", list_vendor_presets, BodyRule::none,
          RequestClass::admin, admin, "A vendor's own presets of face crops"},
    Route{Verb::put, "/api/admin/vendors/:vendorId/presets/:preset", put_vendor_preset, BodyRule::json,
          RequestClass::admin, admin, "Add one, or put it in the place of that name"},
    Route{Verb::del, "/api/admin/vendors/:vendorId/presets/:preset", remove_vendor_preset, BodyRule::none,
          RequestClass::admin, admin, "Delete one"},
    Route{Verb::get, "/api/admin/vendors/:vendorId/usage", vendor_usage, BodyRule::none, RequestClass::admin,
          admin, "What a vendor has used, by day"},
    Route{Verb::get, "/assets/*key", get_asset, BodyRule::none, RequestClass::read, anyone, "A result"},
    Route{Verb::get, "/healthz", healthz, BodyRule::none, RequestClass::none, anyone, "The process lives"},
    Route{Verb::get, "/readyz", readyz, BodyRule::none, RequestClass::none, anyone,
          "The process can do its work, or what it waits for"},
    Route{Verb::get, "/openapi.json", openapi_document, BodyRule::none, RequestClass::none, anyone,
          "This API as an OpenAPI document"},
    Route{Verb::get, "/docs", docs_page, BodyRule::none, RequestClass::none, anyone, "The same as a page"},
    Route{Verb::get, "/docs/:file", docs_file, BodyRule::none, RequestClass::none, anyone,
          "What the page is made of"},
    Route{Verb::get, "/", about, BodyRule::none, RequestClass::none, anyone, "This page"},
};

// Room in an upload for everything that isn't the photo: the other parts, headers, delimiters.
constexpr std::uint64_t kFormBytesBeside = 1U << 20U;

// "GET, HEAD, OPTIONS" for a path that has routes, empty for one that has none.
std::string allowed_verbs(std::span<const Route> routes, const Request& request) {
  std::string allowed;
  std::array<std::string, 2> params;
  for (const Route& route : routes) {
    if (!match_path(route.pattern, request.path, params)) continue;
    allowed.append(to_string(route.verb)).append(", ");
    if (route.verb == Verb::get) allowed += "HEAD, ";
  }
  if (!allowed.empty()) allowed += "OPTIONS";
  return allowed;
}

// For a preflight the session adds who may call; what may be sent is said here.
Response preflight(std::string_view allowed) {
  Response response = empty_response(204);
  response.add_header("Allow", allowed);
  response.add_header("Access-Control-Allow-Methods", allowed);
  response.add_header("Access-Control-Allow-Headers",
                      "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, "
                      "Range, X-Api-Key");
  response.add_header("Access-Control-Max-Age", "7200");
  return response;
}

Response without_route(const Api& api, const Request& request) {
  const std::string allowed =
      request.path == "*" ? "GET, HEAD, POST, OPTIONS" : allowed_verbs(api.routes, request);
  if (allowed.empty()) return error_response({.code = Errc::not_found}, describe(request));
  if (request.verb == Verb::options) return preflight(allowed);
  Response response = error_response({.code = Errc::method_not_allowed}, describe(request));
  response.add_header("Allow", allowed);
  return response;
}

}  // namespace

std::span<const Route> route_table() { return kRoutes; }

const Route* find_route(std::span<const Route> routes, Request& request) {
  const Verb verb = request.verb == Verb::head ? Verb::get : request.verb;
  for (const Route& route : routes)
    if (route.verb == verb && match_path(route.pattern, request.path, request.params)) return &route;
  return nullptr;
}

std::uint64_t body_bytes_max(const Route* route, const Request& request, const ServerOptions& options) {
  if (!route || route->body == BodyRule::none) return 0;
  if (route->body == BodyRule::json_or_form && is_form(request))
    return options.photo_bytes_max + kFormBytesBeside;
  return options.json_bytes_max;
}

boost::asio::awaitable<Response> answer(const Api& api, const Route* route, Request& request) {
  if (!route) co_return without_route(api, request);
  std::string failure;
  try {
    const engine::Admitted admitted = co_await pass_gate(api, *route, request);
    Response response;
    if (admitted.refused)
      response = error_response(*admitted.refused, describe(request));
    else
      response = co_await route->handler(api, request);
    if (admitted.standing) add_limit_headers(response, *admitted.standing);
    co_return response;
  } catch (const std::exception& e) {
    failure = e.what();
  } catch (...) {
    failure = "unknown exception";
  }
  co_return error_response({.code = Errc::internal, .detail = failure}, describe(request));
}

std::string describe(const Request& request) {
  // A path of the client's own may be long; a line of the log should not be.
  constexpr std::size_t kPathMax = 200;
  return std::string(to_string(request.verb)) + " " + request.path.substr(0, kPathMax);
}

bool is_form(const Request& request) {
  constexpr std::string_view kForm = "multipart/form-data";
  const std::string_view type = request.headers.content_type;
  return boost::beast::iequals(type.substr(0, kForm.size()), kForm);
}

}  // namespace cutroom::http
