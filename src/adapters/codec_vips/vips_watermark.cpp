#include <algorithm>
#include <cmath>
#include <string>

#include "adapters/codec_vips/vips_steps.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Size;
using vips::VImage;

vips::VOption* options() { return VImage::option(); }

// Pango's markup is not for callers; control characters have no picture.
std::string as_markup(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c != '\n' && static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
}

VImage drawn(const std::string& markup, int dpi) {
  return VImage::text(
      markup.c_str(),
      options()->set("font", "sans bold 36")->set("dpi", dpi)->set("align", VIPS_ALIGN_CENTRE));
}

VImage of_one_colour(const VImage& alpha, const imaging::Rgb& colour) {
  return alpha.new_from_image({1.0 * colour.r, 1.0 * colour.g, 1.0 * colour.b})
      .cast(VIPS_FORMAT_UCHAR)
      .copy(options()->set("interpretation", VIPS_INTERPRETATION_sRGB))
      .bandjoin(alpha);
}

// The text, `width` pixels wide, with a soft rim of the contrary brightness: legible on any picture.
VImage text_overlay(const imaging::Watermark& mark, int width) {
  constexpr int kProbeDpi = 72;
  constexpr int kDpiMax = 4'000;
  const std::string markup = as_markup(mark.text);
  const int probe = drawn(markup, kProbeDpi).width();
  const int dpi = std::clamp(kProbeDpi * width / std::max(probe, 1), 8, kDpiMax);
  const VImage letters = drawn(markup, dpi).copy_memory();

  const double rim = std::max(0.6, letters.height() * 0.04);
  const int room = static_cast<int>(std::ceil(3 * rim));
  const VImage mask = letters.embed(room, room, letters.width() + 2 * room, letters.height() + 2 * room);
  const bool is_light = mark.colour.r * 299 + mark.colour.g * 587 + mark.colour.b * 114 > 127'000;
  const imaging::Rgb contrary = is_light ? imaging::Rgb{0, 0, 0} : imaging::Rgb{255, 255, 255};
  // Cut off at 1: full at the letters, and some way out.
  constexpr double kRimStrength = 1.8;
  const VImage halo = (mask.gaussblur(rim) * kRimStrength).cast(VIPS_FORMAT_UCHAR);
  return of_one_colour(halo, contrary).composite2(of_one_colour(mask, mark.colour), VIPS_BLEND_MODE_OVER);
}

VImage repeated_over(const VImage& overlay, Size picture) {
  // Half its own size between one and the next.
  const int gap_x = overlay.width() / 2;
  const int gap_y = std::max(overlay.height() / 2, overlay.width() / 4);
  const VImage tile = overlay.embed(gap_x / 2, gap_y / 2, overlay.width() + gap_x, overlay.height() + gap_y)
                          .cast(VIPS_FORMAT_UCHAR)
                          .copy_memory();
  return tile
      .replicate((picture.width + tile.width() - 1) / tile.width(),
                 (picture.height + tile.height() - 1) / tile.height())
      .extract_area(0, 0, picture.width, picture.height);
}

}  // namespace

Result<VImage> watermarked(const VImage& image, const imaging::Watermark& mark,
                           const OverlayPictures& overlays) {
  const Size picture = size_of(image);
  const int margin =
      mark.tile ? 0 : static_cast<int>(std::lround(mark.margin * std::min(picture.width, picture.height)));
  const int width_max = std::max(1, picture.width - 2 * margin);
  const int height_max = std::max(1, picture.height - 2 * margin);
  const int width = std::clamp(static_cast<int>(std::lround(mark.size * picture.width)), 1, width_max);

  VImage overlay;
  if (mark.image_url.empty()) {
    if (is_blank(mark.text)) return Error{.code = Errc::invalid_input, .message = ".text must not be blank"};
    overlay = text_overlay(mark, width);
  } else {
    const auto found = overlays.find(mark.image_url);
    if (found == overlays.end())
      return Error{.code = Errc::internal, .detail = "no bytes for the watermark's image"};
    overlay = with_alpha_band(found->second);
  }
  const double scale = std::min(1.0 * width / overlay.width(), 1.0 * height_max / overlay.height());
  overlay = scaled_to(overlay.cast(VIPS_FORMAT_UCHAR),
                      {std::max(1, static_cast<int>(std::lround(overlay.width() * scale))),
                       std::max(1, static_cast<int>(std::lround(overlay.height() * scale)))})
                .cast(VIPS_FORMAT_UCHAR)
                .copy_memory();
  if (mark.tile) overlay = repeated_over(overlay, picture);
  if (mark.opacity < 1) {
    overlay = overlay.extract_band(0, options()->set("n", 3))
                  .bandjoin((overlay.extract_band(3) * mark.opacity).cast(VIPS_FORMAT_UCHAR));
  }
  overlay = overlay.copy(options()->set("interpretation", VIPS_INTERPRETATION_sRGB));

  const Size room{picture.width - 2 * margin, picture.height - 2 * margin};
  const auto [x, y] = imaging::offset_of(mark.place, size_of(overlay), room);
  const VImage both =
      image.composite2(overlay, VIPS_BLEND_MODE_OVER, options()->set("x", x + margin)->set("y", y + margin));
  return image.has_alpha() ? both : both.extract_band(0, options()->set("n", 3));
}

}  // namespace cutroom::codec_vips
