#include "imaging/cut_out.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/multiversion.hpp"
#include "imaging/foreground.hpp"

namespace cutroom::imaging {
namespace {

// value * share / 255, rounded to nearest.
std::uint8_t scaled(int value, int share) { return static_cast<std::uint8_t>((value * share + 127) / 255); }

CUTROOM_MULTIVERSION void multiply_row(std::uint8_t* to, const std::uint8_t* a, const std::uint8_t* b,
                                       int width) {
  for (int x = 0; x < width; ++x) to[x] = scaled(a[x], b[x]);
}

// Where alpha is 0 the colour is 0 too: nobody sees it, and runs of zeros cost a file next to nothing.
CUTROOM_MULTIVERSION void add_alpha_row(std::uint8_t* rgba, const std::uint8_t* rgb,
                                        const std::uint8_t* alpha, int width) {
  using Sixteen = std::uint8_t __attribute__((vector_size(16)));
  int x = 0;
  // Sixteen bytes are read of the twelve that four pixels have: not at the row's end.
  for (; x + 6 <= width; x += 4, rgb += 12, alpha += 4, rgba += 16) {
    std::uint32_t alphas;
    std::memcpy(&alphas, alpha, sizeof(alphas));
    if (alphas == 0) {
      std::memset(rgba, 0, 16);
      continue;
    }
    Sixteen colours;
    std::memcpy(&colours, rgb, sizeof(colours));
    Sixteen a{};
    std::memcpy(&a, &alphas, sizeof(alphas));
    const Sixteen pixels =
        __builtin_shufflevector(colours, a, 0, 1, 2, 16, 3, 4, 5, 17, 6, 7, 8, 18, 9, 10, 11, 19);
    const Sixteen spread = __builtin_shufflevector(a, a, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    const Sixteen seen = pixels & reinterpret_cast<Sixteen>(spread != 0);
    std::memcpy(rgba, &seen, sizeof(seen));
  }
  for (; x < width; ++x, rgb += 3, ++alpha, rgba += 4) {
    const std::uint8_t seen = *alpha == 0 ? 0 : 255;
    for (int c = 0; c < 3; ++c) rgba[c] = rgb[c] & seen;
    rgba[3] = *alpha;
  }
}

CUTROOM_MULTIVERSION void compose_row(std::uint8_t* rgb, const std::uint8_t* alpha, Rgb background,
                                      int width) {
  for (int x = 0; x < width; ++x) {
    const int a = alpha[x];
    rgb[3 * x] = static_cast<std::uint8_t>((rgb[3 * x] * a + background.r * (255 - a) + 127) / 255);
    rgb[3 * x + 1] = static_cast<std::uint8_t>((rgb[3 * x + 1] * a + background.g * (255 - a) + 127) / 255);
    rgb[3 * x + 2] = static_cast<std::uint8_t>((rgb[3 * x + 2] * a + background.b * (255 - a) + 127) / 255);
  }
}

Mask product(const Mask& mask, const Mask& alpha) {
  Mask both(mask.size, 1);
  for (int y = 0; y < mask.size.height; ++y)
    multiply_row(both.row(y), mask.row(y), alpha.row(y), mask.size.width);
  return both;
}

}  // namespace

Image with_alpha(const Image& rgb, const Mask& alpha) {
  Image rgba(rgb.size, 4);
  for (int y = 0; y < rgb.size.height; ++y)
    add_alpha_row(rgba.row(y), rgb.row(y), alpha.row(y), rgb.size.width);
  return rgba;
}

Image on_background(Image rgb, const Mask& alpha, Rgb background) {
  for (int y = 0; y < rgb.size.height; ++y) compose_row(rgb.row(y), alpha.row(y), background, rgb.size.width);
  return rgb;
}

Image cut_out(Image rgb, const Mask& mask, const std::optional<Mask>& alpha, const CutOutOptions& options) {
  // The file's own alpha says nothing about the colours below it, so they are estimated by the mask alone.
  if (options.decontaminate && !options.mask_only) estimate_foreground(rgb, mask);

  const std::optional<Mask> both = alpha ? std::optional(product(mask, *alpha)) : std::nullopt;
  const Mask& coverage = both ? *both : mask;
  if (options.mask_only) {
    Image grey(coverage.size, 1);
    std::copy_n(coverage.samples.data(), coverage.samples.size(), grey.samples.data());
    return grey;
  }
  constexpr Rgb kWhite{255, 255, 255};
  const bool needs_background = !has_transparency(options.format);
  if (options.background || needs_background) {
    return on_background(std::move(rgb), coverage, options.background.value_or(kWhite));
  }
  return with_alpha(rgb, coverage);
}

Image naive_cut_out(const Image& rgb, const Mask& mask, const std::optional<Mask>& alpha) {
  Image rgba(rgb.size, 4);
  for (int y = 0; y < rgb.size.height; ++y) {
    for (int x = 0; x < rgb.size.width; ++x) {
      const std::uint8_t share = mask.row(y)[x];
      std::uint8_t* to = rgba.row(y) + 4 * x;
      for (int c = 0; c < 3; ++c) to[c] = scaled(rgb.row(y)[3 * x + c], share);
      to[3] = alpha ? scaled(alpha->row(y)[x], share) : share;
    }
  }
  return rgba;
}

std::optional<Rect> foreground_box(const Mask& mask, int threshold) {
  Rect box{.x = mask.size.width, .y = -1, .width = 0, .height = 0};
  int right = -1;
  int bottom = -1;
  for (int y = 0; y < mask.size.height; ++y) {
    const std::uint8_t* row = mask.row(y);
    const auto is_foreground = [&](std::uint8_t value) { return value > threshold; };
    const std::uint8_t* first = std::find_if(row, row + mask.size.width, is_foreground);
    if (first == row + mask.size.width) continue;
    const auto last = std::find_if(std::make_reverse_iterator(row + mask.size.width),
                                   std::make_reverse_iterator(row), is_foreground);
    box.x = std::min(box.x, static_cast<int>(first - row));
    right = std::max(right, static_cast<int>(last.base() - row) - 1);
    if (box.y < 0) box.y = y;
    bottom = y;
  }
  if (right < 0) return std::nullopt;
  box.width = right - box.x + 1;
  box.height = bottom - box.y + 1;
  return box;
}

}  // namespace cutroom::imaging
