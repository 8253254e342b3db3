#include "engine/cut_out_input.hpp"

#include <array>

#include <boost/json.hpp>

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using imaging::CutOutOptions;

constexpr std::size_t kUrlBytesMax = 512U << 10U;  // A data: URI with an image is long.
constexpr std::size_t kModelNameMax = 64;
constexpr int kCanvasSideMin = 16;

constexpr std::string_view kPlaceWords =
    "one of center, top, top-right, right, bottom-right, bottom, bottom-left, left, top-left";

// Of `true` or an object; `read` gets the object's reader, or none.
template <class Read>
void read_switch(FieldReader& from, std::string_view name, Problems& problems, Read read) {
  const json::value* value = from.nested(name);
  if (!value || (value->is_bool() && !value->get_bool())) return;
  if (value->is_bool()) {
    read(nullptr);
  } else if (value->is_object()) {
    FieldReader inner(value->get_object(), from.name_of(name), problems);
    read(&inner);
    inner.refuse_others();
  } else {
    from.add(name, "must be true or an object");
  }
}

imaging::Shadow read_shadow(FieldReader* from) {
  imaging::Shadow shadow;
  if (!from) return shadow;
  shadow.opacity = from->number("opacity", 0, 1).value_or(shadow.opacity);
  shadow.blur = from->number("blur", 0, 0.25).value_or(shadow.blur);
  shadow.offset_x = from->number("offsetX", -1, 1).value_or(shadow.offset_x);
  shadow.offset_y = from->number("offsetY", -1, 1).value_or(shadow.offset_y);
  shadow.colour = from->opaque_colour("colour").value_or(shadow.colour);
  return shadow;
}

std::optional<imaging::Canvas> read_canvas(FieldReader& from, Problems& problems) {
  const json::value* value = from.nested("canvas");
  if (!value) return std::nullopt;
  if (!value->is_object()) {
    from.add("canvas", "must be an object with width and height");
    return std::nullopt;
  }
  FieldReader inner(value->get_object(), from.name_of("canvas"), problems);
  inner.require("width");
  inner.require("height");
  imaging::Canvas canvas;
  canvas.size.width = inner.whole("width", kCanvasSideMin, imaging::kCanvasSideMax).value_or(kCanvasSideMin);
  canvas.size.height =
      inner.whole("height", kCanvasSideMin, imaging::kCanvasSideMax).value_or(kCanvasSideMin);
  if (canvas.size.pixels() > imaging::kEditedPixelsMax)
    inner.add("width", "must be at most 50 million pixels together with height");
  canvas.scale = inner.number("scale", 0.05, 1).value_or(canvas.scale);
  canvas.place = inner.choice("position", kPlaceWords, imaging::place_from).value_or(canvas.place);
  inner.refuse_others();
  return canvas;
}

bool is_model_name(std::string_view text) {
  for (const char c : text) {
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!known) return false;
  }
  return !text.empty() && text.size() <= kModelNameMax;
}

// Options that can't be had together: whoever asks for both means something else than what would come out.
void refuse_contradictions(const CutOutOptions& options, FieldReader& from) {
  struct Pair {
    std::string_view name;
    bool given;
    std::string_view other;
    bool other_given;
  };
  const bool has_image = !options.background_url.empty();
  const std::array pairs{
      Pair{"backgroundImageUrl", has_image, "background", options.background.has_value()},
      Pair{"backgroundImageUrl", has_image, "maskOnly", options.mask_only},
      Pair{"backgroundImageUrl", has_image, "zip", options.zip},
      Pair{"background", options.background.has_value(), "zip", options.zip},
      Pair{"maskOnly", options.mask_only, "zip", options.zip},
      Pair{"shadow", options.shadow.has_value(), "maskOnly", options.mask_only},
  };
  for (const Pair& pair : pairs)
    if (pair.given && pair.other_given)
      from.add(pair.name, "must not be there together with " + std::string(pair.other));
}

}  // namespace

CutOutOptions read_cut_out_options(const json::object& object, Problems& problems) {
  CutOutOptions out;
  FieldReader from(object, "options", problems);
  out.format =
      from.choice("format", "one of png, webp, avif, jpeg, jpg", imaging::format_from).value_or(out.format);
  out.quality = from.whole("quality", 1, 100).value_or(out.quality);
  out.background = from.opaque_colour("background");
  out.background_url = from.text("backgroundImageUrl", kUrlBytesMax).value_or("");
  out.mask_only = from.flag("maskOnly").value_or(out.mask_only);
  out.zip = from.flag("zip").value_or(out.zip);
  out.decontaminate = from.flag("decontaminate").value_or(out.decontaminate);
  read_switch(from, "cropToSubject", problems, [&](FieldReader* inner) {
    out.crop_margin = inner ? inner->number("margin", 0, 1).value_or(0) : 0;
  });
  out.canvas = read_canvas(from, problems);
  read_switch(from, "shadow", problems, [&](FieldReader* inner) { out.shadow = read_shadow(inner); });
  out.refine =
      from.choice("refine", "one of none, guided, matting", imaging::refine_from).value_or(out.refine);
  out.model = from.choice("model", "a model's name",
                          [](std::string_view text) -> std::optional<std::string> {
                            if (!is_model_name(text)) return std::nullopt;
                            return std::string(text);
                          })
                  .value_or("");
  // Every kind of order has these; they were taken out before.
  for (const char* shared : {"priority", "delayMs", "webhookUrl", "durable"}) from.nested(shared);
  refuse_contradictions(out, from);
  from.refuse_others();
  return out;
}

}  // namespace cutroom::engine
