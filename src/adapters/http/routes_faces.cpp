#include <boost/json.hpp>

#include "adapters/http/caller.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/order_kind_face_crop.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/queue_orders.hpp"
#include "adapters/http/routes.hpp"
#include "engine/face_preset_input.hpp"
#include "engine/vendor_presets.hpp"
#include "imaging/colour.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

// Shares of the picture's height as pixels, which every preset has.
json::array in_pixels(const imaging::FacePreset& preset, imaging::Range range) {
  return {range.least * preset.size.height, range.most * preset.size.height};
}

json::object to_json(const imaging::FacePreset& preset) {
  json::object out{{"name", preset.name},
                   {"title", preset.title},
                   {"widthPx", preset.size.width},
                   {"heightPx", preset.size.height},
                   {"format", imaging::to_string(preset.format)},
                   {"background",
                    imaging::to_string({preset.background.r, preset.background.g, preset.background.b, 255})},
                   {"backgroundMayBeReplaced", preset.may_alter},
                   {"headHeightPx", in_pixels(preset, preset.head_height_range)},
                   {"eyeLineFromTopPx", in_pixels(preset, preset.eye_line_range)}};
  if (preset.height_mm > 0.0) {
    out["widthMm"] = preset.width_mm;
    out["heightMm"] = preset.height_mm;
    out["dpi"] = preset.dots_per_inch();
  }
  if (preset.bytes_max > 0) out["maxBytes"] = preset.bytes_max;
  return out;
}

// The presets that the caller's vendor has of its own.
json::object own_presets_of(const Api& api, const std::string& vendor) {
  const vendors::Vendor* known = api.use.vendors.find(vendor);
  return known == nullptr ? json::object() : engine::own_presets(*known);
}

}  // namespace

asio::awaitable<Response> crop_face_queue(const Api& api, Request& request) {
  const json::object own = own_presets_of(api, caller_vendor(request));
  const engine::KnownPresets presets{.of_all = api.use.presets, .own = own};
  const OrderKind kind = face_crop_kind(presets);
  co_return co_await queue_one(api, request, kind);
}

asio::awaitable<Response> bulk_crop_face(const Api& api, Request& request) {
  const json::object own = own_presets_of(api, caller_vendor(request));
  const engine::KnownPresets presets{.of_all = api.use.presets, .own = own};
  const OrderKind kind = face_crop_kind(presets);
  co_return co_await queue_many(api, request, kind);
}

asio::awaitable<Response> face_presets(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  const auto shown = vendor_to_show(request, query.text("vendorId"));
  if (!shown) co_return error_response(shown.error(), describe(request));
  const json::object own = own_presets_of(api, shown->value_or(caller_vendor(request)));
  json::array presets;
  for (const auto& [name, fields] : own) {
    const auto preset = engine::face_preset_from(name, fields.as_object());
    if (!preset) continue;
    json::object entry = to_json(*preset);
    entry["own"] = true;
    presets.push_back(std::move(entry));
  }
  for (const auto& [name, preset] : api.use.presets.all())
    if (!own.contains(name)) presets.push_back(to_json(preset));
  co_return json_response(200, json::serialize(json::object{{"presets", std::move(presets)}}));
}

}  // namespace cutroom::http
