#include "adapters/codec_vips/vips_steps.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace cutroom::codec_vips {
namespace {

using imaging::Size;
using vips::VImage;

vips::VOption* options() { return VImage::option(); }

std::string text_of(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height); }

// The picture, with room for a background's transparency, and the background in its bands.
struct Backed {
  VImage image;
  std::vector<double> background;
};

Backed backed(const VImage& image, imaging::Rgba colour) {
  const bool needs_alpha = image.has_alpha() || colour.a != 255;
  // Colours below a fully transparent background are 0: nobody sees them, and files get smaller.
  if (colour.a == 0) colour = {};
  std::vector<double> samples{static_cast<double>(colour.r), static_cast<double>(colour.g),
                              static_cast<double>(colour.b)};
  if (needs_alpha) samples.push_back(colour.a);
  return {needs_alpha ? with_alpha_band(image) : image, std::move(samples)};
}

VImage placed_on(const VImage& image, imaging::Offset at, Size canvas, const imaging::Rgba& background) {
  const Backed on = backed(image, background);
  return on.image.embed(at.x, at.y, canvas.width, canvas.height,
                        options()->set("extend", VIPS_EXTEND_BACKGROUND)->set("background", on.background));
}

VImage cropped(const VImage& image, Size size, imaging::Focus focus, imaging::Place place) {
  if (focus == imaging::Focus::place) {
    const auto [x, y] = imaging::offset_of(place, size, size_of(image));
    return image.extract_area(x, y, size.width, size.height);
  }
  const VipsInteresting interesting =
      focus == imaging::Focus::attention ? VIPS_INTERESTING_ATTENTION : VIPS_INTERESTING_ENTROPY;
  return image.smartcrop(size.width, size.height, options()->set("interesting", interesting));
}

Result<VImage> step(const VImage& image, const imaging::Resize& resize) {
  const auto [scaled, size] = imaging::fitted(size_of(image), resize);
  if (scaled.pixels() > 4 * imaging::kEditedPixelsMax)
    return Error{.code = Errc::too_large,
                 .message = " would make a picture of " + text_of(scaled) + " before it is cropped"};
  VImage out = scaled_to(image, scaled);
  if (size == scaled) return out;
  if (resize.fit == imaging::ResizeFit::contain)
    return placed_on(out, imaging::offset_of(resize.place, scaled, size), size, resize.background);
  return cropped(out, size, resize.focus, resize.place);
}

Result<VImage> step(const VImage& image, const imaging::Crop& crop) {
  const Size picture = size_of(image);
  if (!crop.corner) {
    const Size size{std::min(crop.width, picture.width), std::min(crop.height, picture.height)};
    return cropped(image, size, crop.focus, crop.place);
  }
  const auto [x, y] = *crop.corner;
  if (x + crop.width > picture.width || y + crop.height > picture.height)
    return Error{.code = Errc::invalid_input,
                 .message = ": the rectangle of " + text_of({crop.width, crop.height}) + " at " +
                            std::to_string(x) + ", " + std::to_string(y) +
                            " does not lie within the picture of " + text_of(picture)};
  return image.extract_area(x, y, crop.width, crop.height);
}

Result<VImage> step(const VImage& image, const imaging::Rotate& rotate) {
  const double degrees = std::fmod(std::fmod(rotate.degrees, 360.0) + 360.0, 360.0);
  if (degrees == 0) return image;
  if (degrees == 90) return image.rot90();
  if (degrees == 180) return image.rot180();
  if (degrees == 270) return image.rot270();
  Backed on = backed(image, rotate.background);
  // libvips mixes it in where colours are multiplied by alpha.
  for (std::size_t i = 0; i < 3; ++i)
    if (on.background.size() == 4) on.background[i] *= on.background[3] / 255.0;
  return on.image.rotate(degrees, options()
                                      ->set("background", on.background)
                                      ->set("interpolate", vips::VInterpolate::new_from_name("bicubic")));
}

Result<VImage> step(const VImage& image, const imaging::Mirror& mirror) {
  return image.flip(mirror.upside_down ? VIPS_DIRECTION_VERTICAL : VIPS_DIRECTION_HORIZONTAL);
}

Result<VImage> step(const VImage& image, const imaging::Flatten& flatten) {
  if (!image.has_alpha()) return image;
  const auto [r, g, b] = flatten.background;
  return image.flatten(options()->set("background", std::vector<double>{1.0 * r, 1.0 * g, 1.0 * b}));
}

Result<VImage> step(const VImage& image, const imaging::Pad& pad) {
  const Size canvas{image.width() + pad.left + pad.right, image.height() + pad.top + pad.bottom};
  return placed_on(image, {pad.left, pad.top}, canvas, pad.background);
}

Result<VImage> step(const VImage& image, const imaging::Extend& extend) {
  const Size picture = size_of(image);
  const Size canvas{std::max(picture.width, extend.width), std::max(picture.height, extend.height)};
  return placed_on(image, imaging::offset_of(extend.place, picture, canvas), canvas, extend.background);
}

Result<VImage> step(const VImage& image, const imaging::Trim& trim) {
  auto* how = options()->set("threshold", static_cast<double>(trim.threshold));
  VImage seen = image;
  if (!trim.background && image.has_alpha()) {
    seen = image.extract_band(3);
    how->set("background", std::vector<double>{0});
  } else if (trim.background) {
    const auto [r, g, b] = *trim.background;
    how->set("background", std::vector<double>{1.0 * r, 1.0 * g, 1.0 * b});
  } else {
    how->set("background", image.getpoint(0, 0));
  }
  int top = 0;
  int width = 0;
  int height = 0;
  const int left = seen.find_trim(&top, &width, &height, how);
  if (width < 1 || height < 1) return image;  // Nothing but border.
  return image.extract_area(left, top, width, height);
}

VImage with_colours_of(const VImage& colours, const VImage& image) {
  return image.has_alpha() ? colours.bandjoin(image.extract_band(3)) : colours;
}

Result<VImage> step(const VImage& image, const imaging::Sharpen& sharpen) {
  // libvips' defaults for screens, scaled by the amount: slope in details, and most that a sample changes.
  constexpr double kSlope = 3;
  constexpr double kBrighterMax = 10;
  constexpr double kDarkerMax = 20;
  const VImage colours = image.extract_band(0, options()->set("n", 3));
  return with_colours_of(colours
                             .sharpen(options()
                                          ->set("sigma", sharpen.sigma)
                                          ->set("m2", kSlope * sharpen.amount)
                                          ->set("y2", kBrighterMax * sharpen.amount)
                                          ->set("y3", kDarkerMax * sharpen.amount))
                             .colourspace(VIPS_INTERPRETATION_sRGB),
                         image);
}

// A wide blur at full size costs as many operations a pixel as it is wide, and leaves nothing that a smaller
// picture couldn't hold.
VImage blurred(const VImage& image, double sigma) {
  constexpr double kWide = 8;
  if (sigma <= kWide) return image.gaussblur(sigma);
  const Size full = size_of(image);
  const double shrink = sigma / (kWide / 2);
  const Size small{std::max(1, static_cast<int>(std::lround(full.width / shrink))),
                   std::max(1, static_cast<int>(std::lround(full.height / shrink)))};
  const VImage soft = scaled_to(image, small, VIPS_KERNEL_LINEAR).gaussblur(kWide / 2).copy_memory();
  return scaled_to(soft, full, VIPS_KERNEL_LINEAR);
}

Result<VImage> step(const VImage& image, const imaging::Blur& blur) {
  if (!image.has_alpha()) return blurred(image, blur.sigma);
  return blurred(image.premultiply(), blur.sigma).unpremultiply();
}

}  // namespace

VImage with_alpha_band(const VImage& image) {
  return image.has_alpha() ? image : image.bandjoin_const({255.0});
}

VImage scaled_to(const VImage& image, Size size, VipsKernel kernel) {
  const Size from = size_of(image);
  if (from == size) return image;
  auto* scale =
      options()->set("vscale", static_cast<double>(size.height) / from.height)->set("kernel", kernel);
  const double across = static_cast<double>(size.width) / from.width;
  const bool is_straight = image.has_alpha() && image.format() == VIPS_FORMAT_UCHAR;
  if (!is_straight) return image.resize(across, scale);
  return image.premultiply().resize(across, scale).unpremultiply().cast(VIPS_FORMAT_UCHAR);
}

Result<VImage> apply_step(const VImage& image, const imaging::AnyStep& any, const OverlayPictures& overlays) {
  return std::visit(
      [&](const auto& one) -> Result<VImage> {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, imaging::Watermark>)
          return watermarked(image, one, overlays);
        else
          return step(image, one);
      },
      any);
}

}  // namespace cutroom::codec_vips
