#include "engine/cut_out_order.hpp"

#include <array>
#include <cstdio>

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;

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

json::object cut_out_order_of(const imaging::CutOutOptions& options) {
  json::object work;
  if (auto out = options_to_json(options); !out.empty()) work["options"] = std::move(out);
  return work;
}

imaging::CutOutOptions cut_out_options_from(const json::object& work) {
  const auto* options = work.if_contains("options");
  return options && options->is_object() ? options_from_json(options->get_object())
                                         : imaging::CutOutOptions();
}

}  // namespace cutroom::engine
