#include "imaging/face_crop.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

// Catmull-Rom: sharp, and goes through the samples.
double cubic(double x) {
  const double t = std::abs(x);
  if (t < 1.0) return (1.5 * t - 2.5) * t * t + 1.0;
  if (t < 2.0) return ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0;
  return 0.0;
}

// Weights of the samples around a point, for kPhases places of the point between two samples. Widened where
// the output is smaller, so that each output pixel is an average of what it covers.
class Kernel {
 public:
  static constexpr int kPhases = 256;
  static constexpr int kTapsMax = 8;

  // `widening`: 1..2.
  explicit Kernel(double widening)
      : reach_(static_cast<int>(std::ceil(2.0 * widening))), weights_(kPhases * kTapsMax) {
    assert(2 * reach_ <= kTapsMax);
    for (int phase = 0; phase < kPhases; ++phase) {
      float* out = weights_.data() + phase * kTapsMax;
      const double share = (phase + 0.5) / kPhases;
      double sum = 0.0;
      for (int k = 0; k < taps(); ++k) sum += cubic((k - (reach_ - 1) - share) / widening);
      for (int k = 0; k < taps(); ++k)
        out[k] = static_cast<float>(cubic((k - (reach_ - 1) - share) / widening) / sum);
    }
  }

  int taps() const { return 2 * reach_; }
  // The first sample and the weights for a point between samples; `at` counts from the first one's centre.
  std::pair<int, const float*> around(double at) const {
    const double below = std::floor(at);
    const int phase = std::min(kPhases - 1, static_cast<int>((at - below) * kPhases));
    return {static_cast<int>(below) - (reach_ - 1), weights_.data() + phase * kTapsMax};
  }

 private:
  int reach_;
  std::vector<float> weights_;
};

// A part of the picture made smaller by a whole factor; beyond the picture its edge goes on.
struct Reduced {
  Image picture;
  int left = 0;  // Of the part, in the whole picture.
  int top = 0;
  int factor = 1;
};

Reduced reduce(const Image& picture, Rect part, int factor) {
  const auto rounded_up = [factor](int length) { return (length + factor - 1) / factor; };
  Reduced out{.left = part.x, .top = part.y, .factor = factor};
  const Size small{rounded_up(part.width), rounded_up(part.height)};
  Image whole({small.width * factor, small.height * factor}, 3);
  for (int y = 0; y < whole.size.height; ++y) {
    const std::uint8_t* from = picture.row(std::min(part.y + y, picture.size.height - 1));
    std::uint8_t* to = whole.row(y);
    const int inside = std::min(whole.size.width, picture.size.width - part.x);
    std::copy_n(from + 3 * part.x, 3 * inside, to);
    for (int x = inside; x < whole.size.width; ++x) std::copy_n(to + 3 * (inside - 1), 3, to + 3 * x);
  }
  out.picture = factor == 1 ? std::move(whole) : resample(whole, small, Filter::lanczos3);
  return out;
}

void sample(const Image& picture, const Kernel& kernel, Point at, std::uint8_t* to) {
  const auto [left, across] = kernel.around(at.x);
  const auto [top, down] = kernel.around(at.y);
  std::array<float, 3> sum{};
  for (int j = 0; j < kernel.taps(); ++j) {
    const std::uint8_t* row = picture.row(std::clamp(top + j, 0, picture.size.height - 1));
    std::array<float, 3> line{};
    for (int i = 0; i < kernel.taps(); ++i) {
      const std::uint8_t* pixel = row + 3 * std::clamp(left + i, 0, picture.size.width - 1);
      for (std::size_t c = 0; c < 3; ++c) line[c] += across[i] * static_cast<float>(pixel[c]);
    }
    for (std::size_t c = 0; c < 3; ++c) sum[c] += down[j] * line[c];
  }
  for (std::size_t c = 0; c < 3; ++c)
    to[c] = static_cast<std::uint8_t>(std::clamp(sum[c] + 0.5F, 0.0F, 255.0F));
}

}  // namespace

Rect needed_region(Size picture, const Affine& to_output, Size output, double margin) {
  const Affine to_picture = to_output.inverse();
  double left = picture.width;
  double top = picture.height;
  double right = 0.0;
  double bottom = 0.0;
  for (const double x : {0.0, static_cast<double>(output.width)}) {
    for (const double y : {0.0, static_cast<double>(output.height)}) {
      const Point corner = to_picture({x, y});
      left = std::min(left, corner.x);
      right = std::max(right, corner.x);
      top = std::min(top, corner.y);
      bottom = std::max(bottom, corner.y);
    }
  }
  const double more = margin * std::max(right - left, bottom - top);
  const auto low = [](double at, int side) {
    return static_cast<int>(std::floor(std::clamp(at, 0.0, static_cast<double>(side))));
  };
  const auto high = [](double at, int side) {
    return static_cast<int>(std::ceil(std::clamp(at, 0.0, static_cast<double>(side))));
  };
  Rect out{.x = low(left - more, picture.width), .y = low(top - more, picture.height)};
  out.width = std::max(0, high(right + more, picture.width) - out.x);
  out.height = std::max(0, high(bottom + more, picture.height) - out.y);
  return out;
}

Image transformed(const Image& picture, const Affine& to_output, Size output, Rgb fill) {
  assert(picture.bands == 3 && picture.size.pixels() > 0 && to_output.scale() > 0.0);
  const double scale = to_output.scale();
  // First by a whole factor, which is exact and cheap; the rest, a factor of less than 2, together with the
  // turn.
  const int factor = std::max(1, static_cast<int>(1.0 / scale + 1e-9));
  const Kernel kernel(std::clamp(1.0 / (scale * factor), 1.0, 2.0));

  Image out(output, 3);
  // Enough beside the corners for the kernels of both steps.
  const double margin = 16.0 * factor / std::max(1.0, std::max(output.width, output.height) / scale);
  const Rect part = needed_region(picture.size, to_output, output, margin);
  const bool is_beside = part.width == 0 || part.height == 0;
  const Reduced reduced = is_beside ? Reduced{} : reduce(picture, part, factor);

  const Affine to_picture = to_output.inverse();
  for (int y = 0; y < output.height; ++y) {
    std::uint8_t* to = out.row(y);
    for (int x = 0; x < output.width; ++x, to += 3) {
      const Point at = to_picture({x + 0.5, y + 0.5});
      if (is_beside || at.x < 0.0 || at.y < 0.0 || at.x > picture.size.width || at.y > picture.size.height) {
        to[0] = fill.r, to[1] = fill.g, to[2] = fill.b;
        continue;
      }
      const Point in_part{(at.x - reduced.left) / reduced.factor - 0.5,
                          (at.y - reduced.top) / reduced.factor - 0.5};
      sample(reduced.picture, kernel, in_part, to);
    }
  }
  return out;
}

}  // namespace cutroom::imaging
