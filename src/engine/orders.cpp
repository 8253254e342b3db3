#include "engine/orders.hpp"

#include <array>
#include <cstdio>

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

std::string key_of(const json::value& id) {
  if (id.is_string()) return std::string(id.get_string());
  return id.is_null() ? std::string() : json::serialize(id);
}

std::string hex_of(const imaging::Rgb& colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour.r, colour.g, colour.b);
  return text.data();
}

std::optional<imaging::Rgb> colour_from_hex(std::string_view text) {
  unsigned r = 0;
  unsigned g = 0;
  unsigned b = 0;
  if (text.size() != 7 || std::sscanf(std::string(text).c_str(), "#%2x%2x%2x", &r, &g, &b) != 3)
    return std::nullopt;
  return imaging::Rgb{static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                      static_cast<std::uint8_t>(b)};
}

imaging::CutOutOptions options_from_json(const json::object& from) {
  imaging::CutOutOptions options;
  if (const auto* v = from.if_contains("format"); v && v->is_string())
    options.format = imaging::format_from(std::string_view(v->get_string())).value_or(options.format);
  if (const auto* v = from.if_contains("quality"); v && v->is_int64())
    options.quality = static_cast<int>(v->get_int64());
  if (const auto* v = from.if_contains("background"); v && v->is_string())
    options.background = colour_from_hex(std::string_view(v->get_string()));
  if (const auto* v = from.if_contains("maskOnly"); v && v->is_bool()) options.mask_only = v->get_bool();
  if (const auto* v = from.if_contains("decontaminate"); v && v->is_bool())
    options.decontaminate = v->get_bool();
  return options;
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

json::object options_to_json(const imaging::CutOutOptions& options) {
  const imaging::CutOutOptions defaults;
  json::object out;
  if (options.format != defaults.format) out["format"] = imaging::to_string(options.format);
  if (options.quality != defaults.quality) out["quality"] = options.quality;
  if (options.background) out["background"] = hex_of(*options.background);
  if (options.mask_only) out["maskOnly"] = true;
  if (options.decontaminate != defaults.decontaminate) out["decontaminate"] = options.decontaminate;
  return out;
}

std::string CutOutPayload::record_key() const { return key_of(record_id); }
std::string CutOutPayload::project_key() const { return key_of(project_id); }

std::string to_json(const CutOutPayload& payload) {
  json::object out;
  out["recordId"] = payload.record_id;
  out["projectId"] = payload.project_id;
  out["photoUrl"] = payload.photo_url;
  out["vendorId"] = payload.vendor;
  if (!payload.photo_key.empty()) out["photoKey"] = payload.photo_key;
  if (auto options = options_to_json(payload.options); !options.empty()) out["options"] = std::move(options);
  return json::serialize(out);
}

Result<CutOutPayload> payload_from_json(const std::string& text) {
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object())
    return Error{.code = Errc::invalid_input, .message = "The job's data is not a JSON object"};
  const json::object& object = value.get_object();
  CutOutPayload payload;
  if (const auto* v = object.if_contains("recordId")) payload.record_id = *v;
  if (const auto* v = object.if_contains("projectId")) payload.project_id = *v;
  payload.photo_url = text_at(object, "photoUrl");
  payload.vendor = text_at(object, "vendorId");
  payload.photo_key = text_at(object, "photoKey");
  if (const auto* v = object.if_contains("options"); v && v->is_object())
    payload.options = options_from_json(v->get_object());
  if (payload.record_key().empty() || (payload.photo_url.empty() && payload.photo_key.empty()))
    return Error{.code = Errc::invalid_input, .message = "The job's data lacks recordId or photoUrl"};
  return payload;
}

}  // namespace cutroom::engine
