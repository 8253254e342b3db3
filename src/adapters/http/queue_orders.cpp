#include "adapters/http/queue_orders.hpp"

#include "adapters/http/caller.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/order_input.hpp"
#include "adapters/http/repeated_call.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/vendor_input.hpp"
#include "base/run_on.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;

// Reading more than this takes longer than the way to another thread and back.
constexpr std::size_t kReadHereBytesMax = 128U << 10U;

// Turns the body into orders, on the pool where it is big, and frees it.
template <class Read>
asio::awaitable<std::invoke_result_t<Read&>> read_body(const Api& api, Request& request, Read read) {
  if (request.body.size() <= kReadHereBytesMax) co_return read();
  co_return co_await run_on(api.use.pool, [&] {
    auto result = read();
    request.body = std::string();
    return result;
  });
}

// The kind with the caller's default options; they live in `into`.
OrderKind with_defaults(const Api& api, const Request& request, const OrderKind& kind,
                        boost::json::object& into) {
  OrderKind own = kind;
  if (const vendors::Vendor* vendor = api.use.vendors.find(caller_vendor(request))) {
    into = default_options_of(*vendor, kind);
    own.defaults = &into;
  }
  return own;
}

std::string queued_json(const engine::Submitted& submitted) {
  JsonText json;
  json.flag("success", true);
  json.text("jobId", submitted.job_ids.front());
  json.raw("recordId", submitted.record_json);
  json.text("message", "Job queued for processing");
  json.number("estimatedTime", submitted.estimated_seconds);
  return std::move(json).str();
}

std::string bulk_queued_json(const engine::Submitted& submitted) {
  std::string ids = "[";
  for (const jobs::JobId& id : submitted.job_ids) {
    if (ids.size() > 1) ids += ',';
    append_json_string(ids, id);
  }
  JsonText json;
  json.flag("success", true);
  json.raw("jobIds", ids + "]");
  json.number("count", static_cast<std::int64_t>(submitted.job_ids.size()));
  json.text("message", "Bulk jobs queued for processing");
  json.number("estimatedTime", submitted.estimated_seconds);
  if (submitted.batch) json.text("batchId", *submitted.batch);
  return std::move(json).str();
}

Response queued(const engine::Submitted& submitted, bool bulk) {
  Response response = json_response(200, bulk ? bulk_queued_json(submitted) : queued_json(submitted));
  if (submitted.repeated) response.add_header("Idempotent-Replayed", "true");
  return response;
}

}  // namespace

asio::awaitable<Response> queue_one(const Api& api, Request& request, const OrderKind& kind) {
  if (request.answered) co_return queued(*request.answered, false);
  boost::json::object defaults;
  const OrderKind own = with_defaults(api, request, kind, defaults);
  auto order = co_await read_body(api, request, [&] {
    return is_form(request) ? order_from_form(own, request.headers.content_type, request.body)
                            : order_from_json(own, request.body);
  });
  if (!order) co_return error_response(order.error(), describe(request));
  order->vendor = caller_vendor(request);
  engine::SubmitOptions options{.bulk = false, .once = once_of(request)};
  std::vector<engine::Order> orders;
  orders.push_back(std::move(*order));
  const auto submitted = co_await api.use.submission.submit(std::move(orders), std::move(options));
  if (!submitted) co_return error_response(submitted.error(), describe(request));
  co_return queued(*submitted, false);
}

asio::awaitable<Response> queue_many(const Api& api, Request& request, const OrderKind& kind) {
  if (request.answered) co_return queued(*request.answered, true);
  boost::json::object defaults;
  const OrderKind own = with_defaults(api, request, kind, defaults);
  auto orders = co_await read_body(api, request, [&] { return bulk_orders_from_json(own, request.body); });
  if (!orders) co_return error_response(orders.error(), describe(request));
  for (engine::Order& order : *orders) order.vendor = caller_vendor(request);
  engine::SubmitOptions options{.bulk = true, .once = once_of(request)};
  const auto submitted = co_await api.use.submission.submit(std::move(*orders), std::move(options));
  if (!submitted) co_return error_response(submitted.error(), describe(request));
  co_return queued(*submitted, true);
}

}  // namespace cutroom::http
