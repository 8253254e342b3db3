#include <boost/json.hpp>

#include "adapters/http/handlers.hpp"
#include "adapters/http/json_body.hpp"
#include "adapters/http/routes.hpp"
#include "engine/vendor_presets.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

json::object entry_of(json::string_view name, const json::value& preset) {
  return {{"name", name}, {"preset", preset}};
}

}  // namespace

awaitable<Response> list_vendor_presets(const Api& api, Request& request) {
  const vendors::Vendor* vendor = api.use.vendors.find(request.params[0]);
  if (vendor == nullptr)
    co_return error_response({.code = Errc::not_found, .message = "There is no such vendor"},
                             describe(request));
  const json::object own = engine::own_presets(*vendor);
  json::array presets;
  for (const auto& [name, preset] : own) presets.push_back(entry_of(name, preset));
  co_return json_response(200, json::serialize(json::object{{"presets", std::move(presets)}}));
}

awaitable<Response> put_vendor_preset(const Api& api, Request& request) {
  const auto preset = parse_object(request.body);
  if (!preset) co_return error_response(preset.error(), describe(request));
  const std::string& name = request.params[1];
  // Outlives the call, as it must: the change may have to wait for another.
  const auto put = [&](vendors::Vendor& vendor) { return engine::put_preset(vendor, name, *preset); };
  const auto changed = co_await api.use.vendors.change(request.params[0], put);
  if (!changed) co_return error_response(changed.error(), describe(request));
  co_return json_response(200, json::serialize(entry_of(name, *preset)));
}

awaitable<Response> remove_vendor_preset(const Api& api, Request& request) {
  const std::string& name = request.params[1];
  const auto remove = [&](vendors::Vendor& vendor) { return engine::remove_preset(vendor, name); };
  const auto changed = co_await api.use.vendors.change(request.params[0], remove);
  if (!changed) co_return error_response(changed.error(), describe(request));
  co_return empty_response(204);
}

}  // namespace cutroom::http
