#include "imaging/confidence.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

// A disc whose edge is `soft` pixels wide, `inside` within.
Mask disc(int side, double soft, std::uint8_t inside = 255) {
  Mask mask({side, side}, 1);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double to_edge = side * 0.35 - std::hypot(x - side / 2.0, y - side / 2.0);
      mask.row(y)[x] = static_cast<std::uint8_t>(inside * std::clamp(to_edge / soft + 0.5, 0.0, 1.0));
    }
  }
  return mask;
}

TEST(MaskConfidence, is_one_for_a_decided_mask) {
  EXPECT_DOUBLE_EQ(mask_confidence(disc(512, 1)), 1.0);
  EXPECT_DOUBLE_EQ(mask_confidence(disc(512, 3)), 1.0);
  // Enlarged, the same edge is as many pixels wider.
  EXPECT_DOUBLE_EQ(mask_confidence(disc(3000, 9)), 1.0);
}

TEST(MaskConfidence, falls_with_what_is_undecided_beyond_the_edges) {
  const double soft = mask_confidence(disc(512, 60));
  const double softer = mask_confidence(disc(512, 120));
  EXPECT_LT(soft, 0.8);
  EXPECT_LT(softer, soft);
  EXPECT_LT(mask_confidence(disc(512, 1, 140)), 0.1);
}

TEST(MaskConfidence, is_zero_without_foreground) {
  EXPECT_EQ(mask_confidence(disc(64, 1, 0)), 0.0);
  EXPECT_EQ(mask_confidence(disc(64, 1, 100)), 0.0);
}

}  // namespace
}  // namespace cutroom::imaging
