#include "engine/image_step_input.hpp"

#include <array>
#include <cmath>

namespace cutroom::engine {
namespace {

using namespace imaging;  // NOLINT(google-build-using-namespace): its words are this file's subject.

constexpr std::string_view kPlaceWords =
    "one of center, top, top-right, right, bottom-right, bottom, bottom-left, left, top-left";

// Enough for any address that a real server hands out; a data: URI with a logo is longer.
constexpr std::size_t kImageUrlBytesMax = 512U << 10U;

struct Position {
  Focus focus = Focus::place;
  Place place = Place::centre;
};

// A place, or what the picture is about.
Position read_position(FieldReader& from) {
  constexpr std::string_view kPositionWords =
      "one of center, top, top-right, right, bottom-right, bottom, bottom-left, left, top-left, attention, "
      "entropy";
  const auto position =
      from.choice("position", kPositionWords, [](std::string_view word) -> std::optional<Position> {
        if (word == "attention") return Position{.focus = Focus::attention};
        if (word == "entropy") return Position{.focus = Focus::entropy};
        const auto place = place_from(word);
        if (!place) return std::nullopt;
        return Position{.place = *place};
      });
  return position.value_or(Position{});
}

Place read_place(FieldReader& from, Place otherwise) {
  return from.choice("position", kPlaceWords, place_from).value_or(otherwise);
}

void check_area(FieldReader& from, std::optional<int> width, std::optional<int> height) {
  if (width && height && Size{*width, *height}.pixels() > kEditedPixelsMax)
    from.add("width", "must be at most 50 million pixels together with height");
}

AnyStep read_crop(FieldReader& from) {
  Crop crop;
  from.require("width");
  from.require("height");
  const auto width = from.whole("width", 1, kSideMax);
  const auto height = from.whole("height", 1, kSideMax);
  const auto x = from.whole("x", 0, 1'000'000);
  const auto y = from.whole("y", 0, 1'000'000);
  const Position position = read_position(from);
  if (from.has("x") != from.has("y")) from.add(from.has("x") ? "y" : "x", "is required beside the other");
  if (from.has("x") && from.has("position")) from.add("position", "must not be there together with x and y");
  check_area(from, width, height);
  crop.width = width.value_or(1);
  crop.height = height.value_or(1);
  if (x && y) crop.corner = Offset{*x, *y};
  crop.focus = position.focus;
  crop.place = position.place;
  return crop;
}

AnyStep read_rotate(FieldReader& from) {
  from.require("degrees");
  Rotate rotate;
  rotate.degrees = from.number("degrees", -360, 360).value_or(0);
  rotate.background = from.colour("background").value_or(Rgba{});
  return rotate;
}

AnyStep read_flatten(FieldReader& from) {
  from.require("colour");
  return Flatten{.background = from.opaque_colour("colour").value_or(Rgb{})};
}

AnyStep read_pad(FieldReader& from) {
  const int all = from.whole("all", 0, kSideMax).value_or(0);
  Pad pad;
  pad.top = from.whole("top", 0, kSideMax).value_or(all);
  pad.right = from.whole("right", 0, kSideMax).value_or(all);
  pad.bottom = from.whole("bottom", 0, kSideMax).value_or(all);
  pad.left = from.whole("left", 0, kSideMax).value_or(all);
  pad.background = from.colour("background").value_or(Rgba{});
  const bool any =
      from.has("all") || from.has("top") || from.has("right") || from.has("bottom") || from.has("left");
  if (!any) from.add("all", "is required, or one of top, right, bottom, left");
  return pad;
}

AnyStep read_extend(FieldReader& from) {
  from.require("width");
  from.require("height");
  const auto width = from.whole("width", 1, kSideMax);
  const auto height = from.whole("height", 1, kSideMax);
  check_area(from, width, height);
  return Extend{.width = width.value_or(1),
                .height = height.value_or(1),
                .place = read_place(from, Place::centre),
                .background = from.colour("background").value_or(Rgba{})};
}

AnyStep read_trim(FieldReader& from) {
  Trim trim;
  trim.threshold = from.whole("threshold", 0, 255).value_or(trim.threshold);
  trim.background = from.opaque_colour("background");
  return trim;
}

AnyStep read_sharpen(FieldReader& from) {
  Sharpen sharpen;
  sharpen.sigma = from.number("sigma", 0.3, kSharpenSigmaMax).value_or(sharpen.sigma);
  sharpen.amount = from.number("amount", 0, kSharpenAmountMax).value_or(sharpen.amount);
  return sharpen;
}

AnyStep read_blur(FieldReader& from) {
  from.require("sigma");
  return Blur{.sigma = from.number("sigma", 0.3, kBlurSigmaMax).value_or(1)};
}

AnyStep read_watermark(FieldReader& from) {
  Watermark mark;
  mark.text = from.text("text", kWatermarkTextMax).value_or("");
  mark.image_url = from.text("imageUrl", kImageUrlBytesMax).value_or("");
  mark.place = read_place(from, mark.place);
  mark.opacity = from.number("opacity", 0, 1).value_or(mark.opacity);
  mark.size = from.number("size", 0.01, 1).value_or(mark.size);
  mark.margin = from.number("margin", 0, 0.5).value_or(mark.margin);
  mark.tile = from.flag("tile").value_or(false);
  mark.colour = from.opaque_colour("colour").value_or(mark.colour);
  if (!from.has("text") && !from.has("imageUrl")) from.add("text", "is required, or imageUrl");
  if (from.has("text") && from.has("imageUrl")) from.add("imageUrl", "must not be there together with text");
  if (from.has("imageUrl") && from.has("colour")) from.add("colour", "is for text only");
  if (mark.tile && from.has("position")) from.add("position", "has no meaning together with tile");
  return mark;
}

AnyStep read_flip(FieldReader&) { return Mirror{.upside_down = true}; }
AnyStep read_flop(FieldReader&) { return Mirror{.upside_down = false}; }
AnyStep read_resize_step(FieldReader& from) { return read_resize(from); }

struct StepRow {
  std::string_view type;
  AnyStep (*read)(FieldReader&);
};

constexpr std::array kSteps{
    StepRow{"resize", read_resize_step},
    StepRow{"crop", read_crop},
    StepRow{"rotate", read_rotate},
    StepRow{"flip", read_flip},
    StepRow{"flop", read_flop},
    StepRow{"background", read_flatten},
    StepRow{"pad", read_pad},
    StepRow{"extend", read_extend},
    StepRow{"trim", read_trim},
    StepRow{"sharpen", read_sharpen},
    StepRow{"blur", read_blur},
    StepRow{"watermark", read_watermark},
};

}  // namespace

Resize read_resize(FieldReader& from) {
  Resize resize;
  resize.width = from.whole("width", 1, kSideMax);
  resize.height = from.whole("height", 1, kSideMax);
  if (!from.has("width") && !from.has("height")) from.add("width", "is required, or height");
  check_area(from, resize.width, resize.height);
  resize.fit = from.choice("fit", "one of cover, contain, fill, inside, outside", resize_fit_from)
                   .value_or(ResizeFit::cover);
  resize.without_enlargement = from.flag("withoutEnlargement").value_or(false);
  const Position position = read_position(from);
  resize.focus = position.focus;
  resize.place = position.place;
  resize.background = from.colour("background").value_or(Rgba{});
  const bool covers = resize.fit == ResizeFit::cover;
  const bool contains = resize.fit == ResizeFit::contain;
  if (from.has("position") && !covers && !(contains && position.focus == Focus::place))
    from.add("position",
             contains ? "must be a place where fit is contain" : "is for fit cover and contain only");
  if (from.has("background") && !contains) from.add("background", "is for fit contain only");
  return resize;
}

std::optional<AnyStep> read_image_step(std::string_view type, FieldReader& from) {
  for (const StepRow& row : kSteps)
    if (row.type == type) return row.read(from);
  return std::nullopt;
}

std::string_view image_step_names() {
  static const std::string names = [] {
    std::string all;
    for (const StepRow& row : kSteps) all.append(all.empty() ? "" : ", ").append(row.type);
    return all;
  }();
  return names;
}

}  // namespace cutroom::engine
