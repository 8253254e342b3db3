#include "engine/cut_out_order.hpp"

#include <boost/json.hpp>

#include "engine/cut_out_input.hpp"
#include "imaging/colour.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

std::string hex_of(const imaging::Rgb& colour) {
  return imaging::to_string(imaging::Rgba{colour.r, colour.g, colour.b, 255});
}

json::object to_json(const imaging::Canvas& canvas) {
  const imaging::Canvas defaults;
  json::object out{{"width", canvas.size.width}, {"height", canvas.size.height}};
  if (canvas.scale != defaults.scale) out["scale"] = canvas.scale;
  if (canvas.place != defaults.place) out["position"] = imaging::to_string(canvas.place);
  return out;
}

json::object to_json(const imaging::Shadow& shadow) {
  const imaging::Shadow defaults;
  json::object out;
  if (shadow.opacity != defaults.opacity) out["opacity"] = shadow.opacity;
  if (shadow.blur != defaults.blur) out["blur"] = shadow.blur;
  if (shadow.offset_x != defaults.offset_x) out["offsetX"] = shadow.offset_x;
  if (shadow.offset_y != defaults.offset_y) out["offsetY"] = shadow.offset_y;
  if (shadow.colour != defaults.colour) out["colour"] = hex_of(shadow.colour);
  return out;
}

}  // namespace

json::object options_to_json(const imaging::CutOutOptions& options) {
  const imaging::CutOutOptions defaults;
  json::object out;
  if (options.format != defaults.format) out["format"] = imaging::to_string(options.format);
  if (options.quality != defaults.quality) out["quality"] = options.quality;
  if (options.background) out["background"] = hex_of(*options.background);
  if (!options.background_url.empty()) out["backgroundImageUrl"] = options.background_url;
  if (options.mask_only) out["maskOnly"] = true;
  if (options.zip) out["zip"] = true;
  if (options.decontaminate != defaults.decontaminate) out["decontaminate"] = options.decontaminate;
  if (options.crop_margin) out["cropToSubject"] = {{"margin", *options.crop_margin}};
  if (options.canvas) out["canvas"] = to_json(*options.canvas);
  if (options.shadow) out["shadow"] = to_json(*options.shadow);
  if (options.refine != defaults.refine) out["refine"] = imaging::to_string(options.refine);
  if (!options.model.empty()) out["model"] = options.model;
  return out;
}

json::object cut_out_order_of(const imaging::CutOutOptions& options) {
  json::object work;
  if (auto out = options_to_json(options); !out.empty()) work["options"] = std::move(out);
  return work;
}

imaging::CutOutOptions cut_out_options_from(const json::object& work) {
  const auto* options = work.if_contains("options");
  Problems unheeded;  // Checked before it was queued.
  return options && options->is_object() ? read_cut_out_options(options->get_object(), unheeded)
                                         : imaging::CutOutOptions();
}

}  // namespace cutroom::engine
