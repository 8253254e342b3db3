#include "imaging/composition.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "imaging/foreground.hpp"
#include "imaging/resample.hpp"
#include "imaging/shadow.hpp"

namespace cutroom::imaging {
namespace {

constexpr Rgb kWhite{255, 255, 255};

Mask copy_of(const Mask& mask) {
  Mask out(mask.size, 1);
  std::memcpy(out.samples.data(), mask.samples.data(), mask.samples.size());
  return out;
}

Mask coverage_of(const Mask& mask, const std::optional<Mask>& alpha) {
  Mask out = copy_of(mask);
  if (!alpha) return out;
  for (std::size_t i = 0; i < out.samples.size(); ++i)
    out.samples[i] = static_cast<std::uint8_t>((out.samples[i] * alpha->samples[i] + 127) / 255);
  return out;
}

// The image scaled to cover `size`, its middle.
Image covering(const Image& image, Size size) {
  const Fitted fit = fitted(image.size, {.width = size.width, .height = size.height});
  Image scaled = resample(image, fit.scaled, Filter::lanczos3);
  if (scaled.size == size) return scaled;
  const auto [x, y] = offset_of(Place::centre, size, scaled.size);
  Image out(size, 3);
  for (int row = 0; row < size.height; ++row)
    std::memcpy(out.row(row), scaled.row(row + y) + 3 * x, out.stride());
  return out;
}

Image on_image(Image rgb, const Mask& coverage, const Image& below) {
  for (std::size_t i = 0; i < coverage.samples.size(); ++i) {
    const int share = coverage.samples[i];
    for (std::size_t c = 0; c < 3; ++c) {
      auto& sample = rgb.samples[3 * i + c];
      sample =
          static_cast<std::uint8_t>((sample * share + below.samples[3 * i + c] * (255 - share) + 127) / 255);
    }
  }
  return rgb;
}

// Where nothing is seen, the mean of what is: hard edges there would show beside the visible ones once the
// file is a JPEG, and the old background is nobody's business.
void fill_unseen(Image& rgb, const Mask& coverage) {
  std::array<std::uint64_t, 3> sums{};
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < coverage.samples.size(); ++i) {
    if (coverage.samples[i] == 0) continue;
    ++seen;
    for (std::size_t c = 0; c < 3; ++c) sums[c] += rgb.samples[3 * i + c];
  }
  std::array<std::uint8_t, 3> mean{};
  if (seen > 0)
    for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<std::uint8_t>(sums[c] / seen);
  for (std::size_t i = 0; i < coverage.samples.size(); ++i)
    if (coverage.samples[i] == 0) std::copy_n(mean.data(), 3, rgb.samples.data() + 3 * i);
}

int subject_side(const Layout& layout, std::optional<Rect> box) {
  if (!box) return std::max(layout.target.width, layout.target.height);
  const double scale = static_cast<double>(layout.target.width) / layout.source.width;
  return static_cast<int>(scale * std::max(box->width, box->height));
}

}  // namespace

Composition compose(Image rgb, const Mask& mask, const std::optional<Mask>& alpha, std::optional<Rect> box,
                    const std::optional<Image>& background, const CutOutOptions& options) {
  if (options.decontaminate && !options.mask_only) estimate_foreground(rgb, mask);
  Mask coverage = coverage_of(mask, alpha);
  const Layout layout = layout_of(rgb.size, box, options);
  if (!layout.is_whole(rgb.size)) {
    Placed at_its_place = placed(rgb, coverage, layout);
    rgb = std::move(at_its_place.rgb);
    coverage = std::move(at_its_place.coverage);
  }
  if (options.mask_only) return {.picture = std::move(coverage), .mask = std::nullopt, .layout = layout};

  if (options.shadow) {
    const Mask shadow = shadow_of(coverage, *options.shadow, subject_side(layout, box));
    add_shadow(rgb, coverage, shadow, options.shadow->colour);
  }
  if (options.zip) {
    fill_unseen(rgb, coverage);
    return {.picture = std::move(rgb), .mask = std::move(coverage), .layout = layout};
  }
  if (background)
    return {.picture = on_image(std::move(rgb), coverage, covering(*background, coverage.size)),
            .mask = std::nullopt,
            .layout = layout};
  if (options.background || !has_transparency(options.format))
    return {.picture = on_background(std::move(rgb), coverage, options.background.value_or(kWhite)),
            .mask = std::nullopt,
            .layout = layout};
  return {.picture = with_alpha(rgb, coverage), .mask = std::nullopt, .layout = layout};
}

}  // namespace cutroom::imaging
