#include "imaging/shadow.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "imaging/box_blur.hpp"

namespace cutroom::imaging {
namespace {

// Blurs wider than this are made at a smaller size: nothing finer is left in them.
constexpr double kSigmaMax = 8;

Mask moved(const Mask& mask, int by_x, int by_y) {
  Mask out(mask.size, 1);
  std::memset(out.samples.data(), 0, out.samples.size());
  const int width = mask.size.width - std::abs(by_x);
  if (width <= 0) return out;
  for (int y = std::max(0, by_y); y < std::min(mask.size.height, mask.size.height + by_y); ++y)
    std::memcpy(out.row(y) + std::max(0, by_x), mask.row(y - by_y) + std::max(0, -by_x),
                static_cast<std::size_t>(width));
  return out;
}

Mask shrunk(const Mask& mask, int by) {
  Mask out({(mask.size.width + by - 1) / by, (mask.size.height + by - 1) / by}, 1);
  for (int y = 0; y < out.size.height; ++y) {
    for (int x = 0; x < out.size.width; ++x) {
      int sum = 0;
      for (int dy = 0; dy < by && y * by + dy < mask.size.height; ++dy)
        for (int dx = 0; dx < by && x * by + dx < mask.size.width; ++dx)
          sum += mask.row(y * by + dy)[x * by + dx];
      out.row(y)[x] = static_cast<std::uint8_t>(sum / (by * by));
    }
  }
  return out;
}

// `small` has one sample for each square of `by` pixels, at its centre.
void enlarge(const Mask& small, int by, Mask& out) {
  const auto position = [by](int at, int count) {
    const float exact = (static_cast<float>(at) + 0.5F) / static_cast<float>(by) - 0.5F;
    return std::clamp(exact, 0.0F, static_cast<float>(count - 1));
  };
  for (int y = 0; y < out.size.height; ++y) {
    const float v = position(y, small.size.height);
    const int top = static_cast<int>(v);
    const std::uint8_t* upper = small.row(top);
    const std::uint8_t* lower = small.row(std::min(top + 1, small.size.height - 1));
    for (int x = 0; x < out.size.width; ++x) {
      const float u = position(x, small.size.width);
      const int left = static_cast<int>(u);
      const int right = std::min(left + 1, small.size.width - 1);
      const float across = u - static_cast<float>(left);
      const float a =
          static_cast<float>(upper[left]) * (1 - across) + static_cast<float>(upper[right]) * across;
      const float b =
          static_cast<float>(lower[left]) * (1 - across) + static_cast<float>(lower[right]) * across;
      const float down = v - static_cast<float>(top);
      const float half_up = a * (1 - down) + b * down + 0.5F;
      out.row(y)[x] = static_cast<std::uint8_t>(half_up);
    }
  }
}

}  // namespace

Mask shadow_of(const Mask& coverage, const Shadow& shadow, int subject_side) {
  const auto pixels = [&](double share) { return static_cast<int>(std::lround(share * subject_side)); };
  Mask out = moved(coverage, pixels(shadow.offset_x), pixels(shadow.offset_y));
  const double sigma = shadow.blur * subject_side;
  const int shrink = std::max(1, static_cast<int>(sigma / kSigmaMax));
  if (shrink > 1)
    enlarge(blurred(shrunk(out, shrink), sigma / shrink), shrink, out);
  else if (sigma >= 0.3)
    out = blurred(out, sigma);
  const int opacity = static_cast<int>(std::lround(shadow.opacity * 255));
  for (std::size_t i = 0; i < out.samples.size(); ++i)
    out.samples[i] = static_cast<std::uint8_t>((out.samples[i] * opacity + 127) / 255);
  return out;
}

void add_shadow(Image& rgb, Mask& coverage, const Mask& shadow, Rgb colour) {
  const std::uint8_t under[3] = {colour.r, colour.g, colour.b};
  for (std::size_t i = 0; i < coverage.samples.size(); ++i) {
    const int above = coverage.samples[i];
    const int below = shadow.samples[i] * (255 - above);  // Times 255.
    if (below == 0) continue;
    const int both = above * 255 + below;
    std::uint8_t* pixel = rgb.samples.data() + 3 * i;
    for (std::size_t c = 0; c < 3; ++c)
      pixel[c] = static_cast<std::uint8_t>((pixel[c] * above * 255 + under[c] * below + both / 2) / both);
    coverage.samples[i] = static_cast<std::uint8_t>((both + 127) / 255);
  }
}

}  // namespace cutroom::imaging
