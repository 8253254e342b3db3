#include <utility>

#include <boost/json.hpp>

#include "adapters/http/caller.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/job_page.hpp"
#include "adapters/http/json_body.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using engine::WebhookEndpoint;

// Whose webhook: the caller's own, or the one that ?vendorId= names where the caller may see it.
Result<std::string> vendor_of(const Request& request, Query& query) {
  auto named = query.text("vendorId");
  if (auto error = query.error()) return std::move(*error);
  const auto vendor = vendor_to_show(request, std::move(named));
  if (!vendor) return vendor.error();
  return vendor->value_or(caller_vendor(request));
}

std::string to_json(const std::string& vendor, const WebhookEndpoint& endpoint, bool with_secret) {
  JsonText out;
  out.text("vendorId", vendor);
  out.text("url", endpoint.url);
  json::array events;
  for (const std::string& event : endpoint.events) events.push_back(json::string(event));
  if (events.empty())
    for (const std::string_view event : engine::kWebhookEvents) events.push_back(json::string(event));
  out.raw("events", json::serialize(events));
  if (with_secret) out.text("secret", endpoint.secret);
  return std::move(out).str();
}

struct Wanted {
  std::string url;
  std::vector<std::string> events;
};

Result<Wanted> read_wanted(const std::string& text) {
  const auto body = parse_object(text);
  if (!body) return body.error();
  FieldProblems problems;
  Wanted wanted;
  for (const auto& [name, value] : *body) {
    const std::string_view field(name);
    if (field == "url" && value.is_string()) {
      wanted.url = std::string(value.get_string());
    } else if (field == "events" && value.is_array()) {
      for (const auto& event : value.get_array())
        if (event.is_string())
          wanted.events.emplace_back(event.get_string());
        else
          problems.add("events", "must be an array of strings");
    } else {
      problems.add(std::string(field.substr(0, 64)), field == "url" || field == "events"
                                                         ? "has the wrong type"
                                                         : "is not known; there are url, events");
    }
  }
  if (wanted.url.empty() && problems.none()) problems.add("url", "is required");
  if (!problems.none()) return std::move(problems).error();
  return wanted;
}

std::string delivery_json(const jobs::Job& job) {
  boost::system::error_code failed;
  const json::value payload = json::parse(job.payload_json, failed);
  JsonText out;
  out.text("id", job.id);
  out.text("webhookId", "msg_" + job.id);
  if (const auto* type = payload.is_object() ? payload.get_object().if_contains("type") : nullptr)
    out.raw("type", json::serialize(*type));
  out.text("state", jobs::to_string(job.state));
  out.number("attempts", job.attempts_made);
  if (!job.failed_reason.empty()) out.text("error", job.failed_reason);
  out.raw("answer", job.result_json);
  out.number("createdOn", to_unix_ms(job.created_at));
  if (job.run_at) out.number("nextAttemptOn", to_unix_ms(*job.run_at));
  if (job.finished_at) out.number("finishedOn", to_unix_ms(*job.finished_at));
  return std::move(out).str();
}

}  // namespace

awaitable<Response> get_webhook(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  const auto vendor = vendor_of(request, query);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  const auto endpoint = api.use.webhooks.get(*vendor);
  if (!endpoint) co_return error_response(endpoint.error(), describe(request));
  co_return json_response(200, to_json(*vendor, *endpoint, false));
}

awaitable<Response> set_webhook(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  const auto vendor = vendor_of(request, query);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  auto wanted = read_wanted(request.body);
  if (!wanted) co_return error_response(wanted.error(), describe(request));
  const auto endpoint =
      co_await api.use.webhooks.set(*vendor, std::move(wanted->url), std::move(wanted->events));
  if (!endpoint) co_return error_response(endpoint.error(), describe(request));
  co_return json_response(200, to_json(*vendor, *endpoint, true));
}

awaitable<Response> remove_webhook(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  const auto vendor = vendor_of(request, query);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  if (const auto removed = co_await api.use.webhooks.remove(*vendor); !removed)
    co_return error_response(removed.error(), describe(request));
  co_return json_response(200, R"({"success":true})");
}

awaitable<Response> test_webhook(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  const auto vendor = vendor_of(request, query);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  const auto id = co_await api.use.webhooks.test(*vendor);
  if (!id) co_return error_response(id.error(), describe(request));
  JsonText out;
  out.flag("success", true);
  out.text("deliveryId", *id);
  co_return json_response(200, std::move(out).str());
}

awaitable<Response> webhook_deliveries(const Api& api, Request& request) {
  Query query(request.query, {"vendorId", "limit", "cursor"});
  PageWish wish = page_wish_of(query);
  auto vendor = vendor_of(request, query);
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  jobs::JobFilter filter;
  filter.queue = std::string(engine::kWebhookQueue);
  filter.vendor = std::move(*vendor);
  std::function<std::string(const jobs::Job&)> entry = delivery_json;
  co_return co_await job_page(api, request, std::move(filter), std::move(wish), "deliveries",
                              std::move(entry));
}

}  // namespace cutroom::http
