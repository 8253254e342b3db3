#include "imaging/crown.hpp"

#include <algorithm>
#include <cmath>

namespace cutroom::imaging {
namespace {

constexpr int kColumns = 9;
constexpr std::uint8_t kForeground = 128;

}  // namespace

double crown_above_eyes(const Mask& mask, const FaceMeasures& head) {
  const Point up{std::sin(head.roll), -std::cos(head.roll)};
  const Point across{std::cos(head.roll), std::sin(head.roll)};
  double farthest = 0.0;
  for (int i = 0; i < kColumns; ++i) {
    const double aside = (static_cast<double>(i) / (kColumns - 1) - 0.5) * head.eye_distance;
    for (double above = 0.0;; above += 1.0) {
      const double x = head.eyes.x + across.x * aside + up.x * above;
      const double y = head.eyes.y + across.y * aside + up.y * above;
      const bool is_inside = x >= 0.0 && y >= 0.0 && x < mask.size.width && y < mask.size.height;
      if (!is_inside || mask.row(static_cast<int>(y))[static_cast<int>(x)] < kForeground) break;
      farthest = std::max(farthest, above);
    }
  }
  return farthest;
}

}  // namespace cutroom::imaging
