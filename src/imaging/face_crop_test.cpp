#include "imaging/face_crop.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

constexpr Rgb kFill{1, 2, 3};

// Bright and smooth: a value can be told from the place alone.
double scene(double x, double y) { return 128.0 + 60.0 * std::sin(x / 17.0) + 50.0 * std::cos(y / 23.0); }

Image picture(Size size) {
  Image image(size, 3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < 3; ++c)
        image.row(y)[3 * x + c] = static_cast<std::uint8_t>(scene(x + 0.5, y + 0.5) + 4 * c);
  return image;
}

Affine turned(double degrees, double scale, double x, double y) {
  const double angle = degrees * std::numbers::pi / 180.0;
  return {.a = scale * std::cos(angle),
          .b = scale * std::sin(angle),
          .c = -scale * std::sin(angle),
          .d = scale * std::cos(angle),
          .x = x,
          .y = y};
}

TEST(Transformed, moves_by_whole_pixels_exactly) {
  const Image from = picture({60, 50});
  const Image to = transformed(from, {.x = -7.0, .y = -11.0}, {40, 30}, kFill);
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x)
      ASSERT_NEAR(to.row(y)[3 * x], from.row(y + 11)[3 * (x + 7)], 1) << x << " " << y;
}

TEST(Transformed, shows_each_place_where_the_transform_says_at_every_scale) {
  const Image from = picture({900, 800});
  for (const double scale : {0.21, 0.33, 0.5, 0.77, 1.0, 1.6, 3.0}) {
    const Affine transform = turned(7.0, scale, 120.0 - 400.0 * scale, 160.0 - 400.0 * scale);
    const Affine back = transform.inverse();
    const Image to = transformed(from, transform, {240, 240}, kFill);
    int worst = 0;
    for (int y = 0; y < 240; ++y) {
      for (int x = 0; x < 240; ++x) {
        const Point at = back({x + 0.5, y + 0.5});
        if (at.x < 8 || at.y < 8 || at.x > 892 || at.y > 792) continue;
        worst = std::max(worst, std::abs(to.row(y)[3 * x] - static_cast<int>(scene(at.x, at.y))));
      }
    }
    EXPECT_LE(worst, 3) << scale;
  }
}

TEST(Transformed, fills_what_lies_beyond_the_photo) {
  const Image from = picture({50, 50});
  const Image to = transformed(from, {.x = 10.0, .y = 20.0}, {80, 90}, kFill);
  const auto is_fill = [&](int x, int y) { return to.row(y)[3 * x] == 1 && to.row(y)[3 * x + 2] == 3; };
  EXPECT_TRUE(is_fill(9, 40));
  EXPECT_TRUE(is_fill(30, 19));
  EXPECT_FALSE(is_fill(10, 20));
  EXPECT_FALSE(is_fill(59, 69));
  EXPECT_TRUE(is_fill(60, 40));
  EXPECT_TRUE(is_fill(30, 70));
  const Image beside = transformed(from, {.x = 500.0, .y = 0.0}, {20, 20}, kFill);
  EXPECT_EQ(beside.row(10)[30], 1);
}

TEST(Transformed, averages_fine_lines_away_instead_of_picking_some) {
  Image lines({600, 600}, 3);
  for (int y = 0; y < 600; ++y)
    for (int x = 0; x < 600; ++x)
      for (int c = 0; c < 3; ++c) lines.row(y)[3 * x + c] = x % 2 == 0 ? 0 : 255;
  for (const double scale : {0.3, 0.45}) {
    const Image to = transformed(lines, turned(3.0, scale, 20.0, 20.0), {100, 100}, kFill);
    for (int y = 40; y < 80; ++y)
      for (int x = 40; x < 80; ++x) ASSERT_NEAR(to.row(y)[3 * x], 127, 12) << scale;
  }
}

TEST(NeededRegion, is_what_the_output_shows_and_a_margin) {
  EXPECT_EQ(needed_region({1000, 800}, {.a = 0.5, .d = 0.5, .x = -50.0, .y = -60.0}, {100, 200}, 0.0),
            (Rect{.x = 100, .y = 120, .width = 200, .height = 400}));
  EXPECT_EQ(needed_region({1000, 800}, {.a = 0.5, .d = 0.5, .x = -50.0, .y = -60.0}, {100, 200}, 0.25),
            (Rect{.x = 0, .y = 20, .width = 400, .height = 600}));
  EXPECT_EQ(needed_region({10, 10}, {.x = 500.0}, {20, 20}, 0.0).width, 0);
}

}  // namespace
}  // namespace cutroom::imaging
