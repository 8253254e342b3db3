#include <utility>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"
#include "engine/announcer.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;

constexpr Millis kWaitMax{60'000};

awaitable<Result<jobs::Batch>> find_batch(const Api& api, const Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id)) co_return Error{.code = Errc::not_found, .message = "Batch not found"};
  auto batch = co_await api.use.status.batch(id);
  if (batch && !engine::may_see(request.caller, batch->vendor))
    co_return Error{.code = Errc::not_found, .message = "Batch not found"};
  co_return batch;
}

}  // namespace

awaitable<Response> get_batch(const Api& api, Request& request) {
  Query query(request.query, {"wait"});
  const auto wait = query.duration("wait", kWaitMax).value_or(Millis{0});
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  const auto deadline = std::chrono::steady_clock::now() + wait;
  const auto subscription = api.use.hub.subscribe({engine::Topic::Kind::batch, request.params[0]});
  for (;;) {
    const auto batch = co_await find_batch(api, request);
    if (!batch) co_return error_response(batch.error(), describe(request));
    const auto left = std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    if (batch->done_at || left <= Millis{0} || !subscription)
      co_return json_response(200, engine::to_json(*batch));
    co_await subscription->next(left);
  }
}

awaitable<Response> cancel_batch(const Api& api, Request& request) {
  const auto batch = co_await find_batch(api, request);
  if (!batch) co_return error_response(batch.error(), describe(request));
  const auto cancelled = co_await api.use.control.cancel_batch(batch->id);
  if (!cancelled) co_return error_response(cancelled.error(), describe(request));
  JsonText json;
  json.flag("success", true);
  json.text("id", batch->id);
  json.number("cancelled", static_cast<std::int64_t>(*cancelled));
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
