#include "imaging/confidence.hpp"

#include <algorithm>
#include <cstdint>

#include "base/multiversion.hpp"

namespace cutroom::imaging {
namespace {

constexpr int kModelSide = 1024;
constexpr double kEdgeWidth = 4.0;
constexpr int kUndecidedLeast = 26;
constexpr int kUndecidedMost = 229;
constexpr int kForegroundLeast = 128;

struct Counts {
  std::uint32_t foreground = 0;
  std::uint32_t undecided = 0;
  std::uint32_t steps = 0;
};

// `below`: the next row, or the same where there is none.
CUTROOM_MULTIVERSION Counts counts_of(const std::uint8_t* row, const std::uint8_t* below, int width) {
  std::uint32_t foreground = 0;
  std::uint32_t undecided = 0;
  std::uint32_t steps = 0;
  for (int x = 0; x < width; ++x) {
    const bool is_foreground = row[x] >= kForegroundLeast;
    foreground += is_foreground ? 1U : 0U;
    undecided += row[x] >= kUndecidedLeast && row[x] <= kUndecidedMost ? 1U : 0U;
    steps += is_foreground != (below[x] >= kForegroundLeast) ? 1U : 0U;
  }
  for (int x = 1; x < width; ++x)
    steps += (row[x - 1] >= kForegroundLeast) != (row[x] >= kForegroundLeast) ? 1U : 0U;
  return {foreground, undecided, steps};
}

}  // namespace

double mask_confidence(const Mask& mask) {
  const int longer = std::max(mask.size.width, mask.size.height);
  const double enlarged = std::max(1.0, static_cast<double>(longer) / kModelSide);
  const int every = static_cast<int>(enlarged);
  double foreground = 0;
  double undecided = 0;
  double steps = 0;
  for (int y = 0; y < mask.size.height; y += every) {
    const Counts counts =
        counts_of(mask.row(y), mask.row(std::min(y + 1, mask.size.height - 1)), mask.size.width);
    foreground += counts.foreground;
    undecided += counts.undecided;
    steps += counts.steps;
  }
  if (foreground == 0) return 0;
  return std::clamp(1.0 - (undecided - steps * kEdgeWidth * enlarged) / foreground, 0.0, 1.0);
}

}  // namespace cutroom::imaging
