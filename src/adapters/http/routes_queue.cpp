#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/queue_orders.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;

std::string to_json(const jobs::QueueCounts& counts) {
  JsonText json;
  const auto put = [&](std::string_view name, std::uint64_t n) {
    json.number(name, static_cast<std::int64_t>(n));
  };
  put("waiting", counts.waiting);
  put("active", counts.active);
  put("completed", counts.completed);
  put("failed", counts.failed);
  put("delayed", counts.delayed);
  put("paused", counts.paused);
  return std::move(json).str();
}

}  // namespace

asio::awaitable<Response> remove_bg_queue(const Api& api, Request& request) {
  return queue_one(api, request, kCutOutKind);
}

asio::awaitable<Response> bulk_remove_bg(const Api& api, Request& request) {
  return queue_many(api, request, kCutOutKind);
}

asio::awaitable<Response> queue_stats(const Api& api, Request& request) {
  const auto counts = co_await api.use.status.counts();
  if (!counts) co_return error_response(counts.error(), describe(request));
  JsonText json;
  json.raw("backgroundRemoval", to_json(counts->background_removal));
  json.raw("faceCrop", to_json(counts->face_crop));
  json.raw("imageProcessing", to_json(counts->image_processing));
  json.text("timestamp", iso8601(api.use.clock.now()));
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
