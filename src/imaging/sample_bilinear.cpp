#include "imaging/sample_bilinear.hpp"

#include <algorithm>
#include <vector>

namespace cutroom::imaging {
namespace {

struct Point {
  int low = 0;
  int high = 0;
  double share = 0.0;  // Of `high`.
};

std::vector<Point> points(int from, int to) {
  std::vector<Point> points(static_cast<std::size_t>(to));
  const double scale = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    const double at = i * scale;
    const int low = static_cast<int>(at);
    points[i] = {low, std::min(at > low ? low + 1 : low, from - 1), at - low};
  }
  return points;
}

}  // namespace

void sample_bilinear(const Image& from, Image& to) {
  const std::vector<Point> across = points(from.size.width, to.size.width);
  const std::vector<Point> down = points(from.size.height, to.size.height);
  for (int y = 0; y < to.size.height; ++y) {
    const std::uint8_t* upper = from.row(down[y].low);
    const std::uint8_t* lower = from.row(down[y].high);
    const double dy = down[y].share;
    std::uint8_t* out = to.row(y);
    for (const auto& [low, high, dx] : across) {
      for (int band = 0; band < from.bands; ++band) {
        const int left = low * from.bands + band;
        const int right = high * from.bands + band;
        const double value = (1 - dx) * (1 - dy) * upper[left] + dx * (1 - dy) * upper[right] +
                             (1 - dx) * dy * lower[left] + dx * dy * lower[right];
        *out++ = static_cast<std::uint8_t>(value + 0.5);
      }
    }
  }
}

}  // namespace cutroom::imaging
