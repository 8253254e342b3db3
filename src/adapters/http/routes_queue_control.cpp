#include <utility>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_body.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;

// The queue that the path names.
Result<std::string> find_queue(const Request& request) {
  const std::string& name = request.params[0];
  if (name == jobs::kBackgroundRemoval || name == jobs::kFaceCrop || name == jobs::kImageProcessing)
    return name;
  return Error{.code = Errc::not_found,
               .message = "Queue not found; there are background-removal, face-crop, image-processing"};
}

awaitable<Response> set_paused(const Api& api, Request& request, bool paused) {
  const auto queue = find_queue(request);
  if (!queue) co_return error_response(queue.error(), describe(request));
  if (const auto set = co_await api.use.control.set_paused(*queue, paused); !set)
    co_return error_response(set.error(), describe(request));
  JsonText json;
  json.flag("success", true);
  json.text("queue", *queue);
  json.flag("paused", paused);
  co_return json_response(200, std::move(json).str());
}

// {vendorId?}, or no body at all.
Result<std::optional<std::string>> read_vendor_only(const std::string& text) {
  if (text.empty()) return std::optional<std::string>();
  const auto body = parse_object(text);
  if (!body) return body.error();
  const auto* vendor = body->if_contains("vendorId");
  if (!vendor || vendor->is_null()) return std::optional<std::string>();
  if (vendor->is_string()) return std::optional(std::string(vendor->get_string()));
  return Error{.code = Errc::invalid_input,
               .message = "vendorId must be a string",
               .fields = {{"vendorId", "must be a string"}}};
}

}  // namespace

awaitable<Response> pause_queue(const Api& api, Request& request) { return set_paused(api, request, true); }

awaitable<Response> resume_queue(const Api& api, Request& request) { return set_paused(api, request, false); }

awaitable<Response> drain_queue(const Api& api, Request& request) {
  const auto queue = find_queue(request);
  if (!queue) co_return error_response(queue.error(), describe(request));
  auto vendor = read_vendor_only(request.body);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  const auto removed = co_await api.use.control.drain(*queue, std::move(*vendor));
  if (!removed) co_return error_response(removed.error(), describe(request));
  JsonText json;
  json.flag("success", true);
  json.text("queue", *queue);
  json.number("removed", static_cast<std::int64_t>(*removed));
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
