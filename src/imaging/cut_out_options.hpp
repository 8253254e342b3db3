// What a vendor may ask of a cut-out beyond the cut-out itself. docs/cut-out-options.md shows each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "imaging/image.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/image_operations.hpp"

namespace cutroom::imaging {

enum class Refine : std::uint8_t {
  none,     // The model's mask, scaled.
  guided,   // Fitted to the photo's own edges (refine_guided.hpp).
  matting,  // Closed-form matting where the model is unsure (matting.hpp), then fitted like guided.
};
std::optional<Refine> refine_from(std::string_view word);
std::string_view to_string(Refine);

// Lengths are shares of the subject's longer side, so that small and large photos look alike.
struct Shadow {
  double opacity = 0.4;    // 0..1
  double blur = 0.04;      // Standard deviation.
  double offset_x = 0;     // To the right.
  double offset_y = 0.04;  // Down.
  Rgb colour{};
  bool operator==(const Shadow&) const = default;
};

// The subject on a picture of this size.
struct Canvas {
  Size size;
  double scale = 0.9;  // Share of the canvas' width or height, whichever is reached first, that it takes.
  Place place = Place::centre;
  bool operator==(const Canvas&) const = default;
};

struct CutOutOptions {
  Format format = Format::png;
  int quality = 90;
  std::optional<Rgb>
      background;             // Composed onto it (sRGB, source-over); needed for jpeg: white where not given.
  bool mask_only = false;     // The result is the mask as grey picture; background is ignored.
  bool decontaminate = true;  // Estimate foreground colours in the semi-transparent band.
  std::string background_url;         // An image instead of the colour, covering the whole.
  bool zip = false;                   // Two files in one: colours and mask.
  std::optional<double> crop_margin;  // Cropped to the subject; share of its longer side on every side.
  std::optional<Canvas> canvas;
  std::optional<Shadow> shadow;
  Refine refine = Refine::none;
  std::string model;  // Empty: the one that is loaded.
  bool operator==(const CutOutOptions&) const = default;

  // Whether imaging/cut_out.hpp alone can do it.
  bool is_plain() const { return background_url.empty() && !zip && !crop_margin && !canvas && !shadow; }
};

inline constexpr int kCanvasSideMax = 10'000;

}  // namespace cutroom::imaging
