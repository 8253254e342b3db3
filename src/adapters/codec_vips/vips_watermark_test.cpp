#include <algorithm>

#include <gtest/gtest.h>

#include "adapters/codec_vips/test_pictures.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Image;
using imaging::Rgb;
using imaging::Size;

TEST(VipsWatermark, puts_an_image_on_the_picture) {
  const Image photo = plain({200, 100}, {0, 0, 0});
  imaging::Overlays overlays;
  overlays.emplace("logo", file_of(plain({10, 10}, {255, 255, 255})));
  const imaging::Watermark mark{
      .image_url = "logo", .place = imaging::Place::bottom_right, .opacity = 0.5, .size = 0.2, .margin = 0.1};
  const auto marked = after(photo, mark, overlays);
  EXPECT_FALSE(marked.alpha);
  EXPECT_EQ(marked.rgb.size, (Size{200, 100}));
  // 40 x 40, 10 from the border: from 150, 50 to 190, 90.
  EXPECT_TRUE(near(at(marked, 170, 70), {128, 128, 128}));
  EXPECT_EQ(at(marked, 148, 70), (Rgb{0, 0, 0}));
  EXPECT_EQ(at(marked, 192, 70), (Rgb{0, 0, 0}));
  EXPECT_EQ(at(marked, 20, 20), (Rgb{0, 0, 0}));

  imaging::Watermark all = mark;
  all.tile = true;
  const auto tiled = after(photo, all, overlays);
  int bright = 0;
  for (int x = 0; x < 200; ++x) bright += at(tiled, x, 20).r > 100 ? 1 : 0;
  EXPECT_GT(bright, 60);
  EXPECT_LT(bright, 190);
}

TEST(VipsWatermark, writes_text_on_the_picture) {
  const Image photo = plain({300, 150}, {0, 0, 120});
  const imaging::Watermark mark{
      .text = "A <b> & C\t\"x\"", .place = imaging::Place::centre, .opacity = 1, .size = 0.8};
  const auto marked = after(photo, mark);
  int white = 0;
  int left = 300;
  int right = 0;
  for (int y = 0; y < 150; ++y) {
    for (int x = 0; x < 300; ++x) {
      if (!near(at(marked, x, y), {255, 255, 255}, 30)) continue;
      ++white;
      left = std::min(left, x);
      right = std::max(right, x);
    }
  }
  EXPECT_GT(white, 300);
  EXPECT_NEAR(right - left, 240, 24);
  EXPECT_NEAR(right + left, 300, 20);

  const auto blank = try_edit(file_of(photo), steps({imaging::Watermark{.text = " \n"}}));
  ASSERT_FALSE(blank);
  EXPECT_EQ(blank.error().text(), "operations[0].text must not be blank");
}

}  // namespace
}  // namespace cutroom::codec_vips
