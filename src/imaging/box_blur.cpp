#include "imaging/box_blur.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace cutroom::imaging {
namespace {

// Running mean of `count` values `stride` apart; what lies outside isn't counted.
void mean_of_line(const float* from, float* to, int count, int radius) {
  double sum = 0;
  const int ahead = std::min(radius, count - 1);
  for (int i = 0; i <= ahead; ++i) sum += from[i];
  int in_window = ahead + 1;
  for (int i = 0; i < count; ++i) {
    to[i] = static_cast<float>(sum / in_window);
    if (const int enters = i + radius + 1; enters < count) {
      sum += from[enters];
      ++in_window;
    }
    if (const int leaves = i - radius; leaves >= 0) {
      sum -= from[leaves];
      --in_window;
    }
  }
}

// The window's sum for all columns at once, so that memory is read row by row.
void mean_of_columns(const std::vector<float>& from, std::vector<float>& to, Size size, int radius) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto row = [&](int y) { return from.data() + width * static_cast<std::size_t>(y); };
  std::vector<double> sum(width, 0.0);
  const int ahead = std::min(radius, size.height - 1);
  for (int y = 0; y <= ahead; ++y)
    for (std::size_t x = 0; x < width; ++x) sum[x] += row(y)[x];
  int in_window = ahead + 1;
  for (int y = 0; y < size.height; ++y) {
    float* out = to.data() + width * static_cast<std::size_t>(y);
    const double share = 1.0 / in_window;
    for (std::size_t x = 0; x < width; ++x) out[x] = static_cast<float>(sum[x] * share);
    if (const int enters = y + radius + 1; enters < size.height) {
      for (std::size_t x = 0; x < width; ++x) sum[x] += row(enters)[x];
      ++in_window;
    }
    if (const int leaves = y - radius; leaves >= 0) {
      for (std::size_t x = 0; x < width; ++x) sum[x] -= row(leaves)[x];
      --in_window;
    }
  }
}

// Three windows, each an odd number of pixels, whose means one after the other come nearest to a Gaussian.
std::array<int, 3> radii_of(double sigma) {
  const double ideal = std::sqrt(12.0 * sigma * sigma / 3.0 + 1.0);
  int lower = static_cast<int>(ideal);
  if (lower % 2 == 0) --lower;
  const double lower_count =
      (12.0 * sigma * sigma - 3.0 * lower * lower - 12.0 * lower - 9.0) / (-4.0 * lower - 4.0);
  const auto lowers = static_cast<int>(std::lround(lower_count));
  std::array<int, 3> radii{};
  for (int i = 0; i < 3; ++i) radii[static_cast<std::size_t>(i)] = ((i < lowers ? lower : lower + 2) - 1) / 2;
  return radii;
}

}  // namespace

std::vector<float> box_mean(const std::vector<float>& values, Size size, int radius) {
  std::vector<float> across(values.size());
  const auto width = static_cast<std::size_t>(size.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(size.height); ++y)
    mean_of_line(values.data() + width * y, across.data() + width * y, size.width, radius);
  std::vector<float> out(values.size());
  mean_of_columns(across, out, size, radius);
  return out;
}

Mask blurred(const Mask& mask, double sigma) {
  const auto radii = radii_of(sigma);
  // A border of nothing as wide as the blur reaches, so that what is outside counts as 0.
  const int border = radii[0] + radii[1] + radii[2];
  const Size with_border{mask.size.width + 2 * border, mask.size.height + 2 * border};
  std::vector<float> values(with_border.pixels(), 0.0F);
  const auto at = [&](int y) {
    return values.begin() + static_cast<std::ptrdiff_t>(y + border) * with_border.width + border;
  };
  for (int y = 0; y < mask.size.height; ++y) std::copy_n(mask.row(y), mask.size.width, at(y));
  for (const int radius : radii)
    if (radius > 0) values = box_mean(values, with_border, radius);
  Mask out(mask.size, 1);
  for (int y = 0; y < mask.size.height; ++y) {
    const auto from = at(y);
    for (int x = 0; x < mask.size.width; ++x) {
      const float half_up = from[x] + 0.5F;
      out.row(y)[x] = static_cast<std::uint8_t>(half_up);
    }
  }
  return out;
}

}  // namespace cutroom::imaging
