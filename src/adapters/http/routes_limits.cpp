#include "adapters/http/handlers.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

std::int64_t seconds(Millis time) { return (time.count() + 999) / 1'000; }

// A limit that is off has nulls in the place of its numbers.
std::string to_json(const engine::LimitStanding& one) {
  JsonText json;
  json.text("name", vendors::limit_row(one.kind).name);
  const auto number = [&](std::string_view name, std::int64_t value) {
    if (one.limit.is_off())
      json.raw(name, {});
    else
      json.number(name, value);
  };
  number("limit", one.limit.requests);
  number("windowSeconds", seconds(one.limit.window));
  number("remaining", one.standing.remaining);
  number("resetSeconds", seconds(one.standing.reset));
  return std::move(json).str();
}

}  // namespace

boost::asio::awaitable<Response> rate_limits(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  engine::Caller caller = request.caller;
  const std::string named = query.text("vendorId").value_or("");
  if (const auto spoken = api.use.admission.speaks_for(caller, named); !spoken)
    co_return error_response(spoken.error(), describe(request));
  const auto standings = co_await api.use.admission.standings(caller);
  if (!standings) co_return error_response(standings.error(), describe(request));
  std::string limits = "[";
  for (const engine::LimitStanding& one : *standings) {
    if (limits.size() > 1) limits += ',';
    limits += to_json(one);
  }
  JsonText json;
  json.text("vendorId", caller.vendor);
  json.raw("limits", limits + "]");
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
