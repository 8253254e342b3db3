#include "imaging/layout.hpp"

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

constexpr Size kPicture{100, 80};
constexpr Rect kSubject{.x = 20, .y = 10, .width = 40, .height = 50};

TEST(Layout, is_the_picture_where_nothing_is_asked) {
  EXPECT_TRUE(layout_of(kPicture, kSubject, {}).is_whole(kPicture));
  EXPECT_TRUE(layout_of(kPicture, std::nullopt, {.crop_margin = 0.1}).is_whole(kPicture));
}

TEST(Layout, crops_to_the_subject_as_far_as_the_picture_reaches) {
  const Layout tight = layout_of(kPicture, kSubject, {.crop_margin = 0});
  EXPECT_EQ(tight.source, kSubject);
  EXPECT_EQ(tight.size, (Size{40, 50}));
  EXPECT_EQ(tight.target, (Rect{0, 0, 40, 50}));
  // 0.4 of 50 is 20 on every side; only 10 are there at the top.
  const Layout wide = layout_of(kPicture, kSubject, {.crop_margin = 0.4});
  EXPECT_EQ(wide.source, (Rect{0, 0, 80, 80}));
  EXPECT_EQ(wide.size, (Size{80, 80}));
}

TEST(Layout, scales_the_subject_onto_a_canvas_and_places_it) {
  const CutOutOptions options{.canvas = Canvas{.size = {200, 200}, .scale = 0.5, .place = Place::bottom}};
  const Layout layout = layout_of(kPicture, kSubject, options);
  EXPECT_EQ(layout.size, (Size{200, 200}));
  EXPECT_EQ(layout.source, kSubject);
  EXPECT_EQ(layout.target, (Rect{60, 100, 80, 100}));
}

TEST(Layout, keeps_a_margin_round_the_subject_on_a_canvas) {
  const CutOutOptions options{.crop_margin = 0.5, .canvas = Canvas{.size = {200, 200}, .scale = 1}};
  const Layout layout = layout_of(kPicture, kSubject, options);
  EXPECT_EQ(layout.source, (Rect{-5, -15, 90, 100}));
  EXPECT_EQ(layout.target, (Rect{10, 0, 180, 200}));
}

Image plain(Size size, int bands, std::uint8_t value) {
  Image image(size, bands);
  std::fill_n(image.samples.data(), image.samples.size(), value);
  return image;
}

TEST(Placed, copies_pixels_as_they_are_where_nothing_is_scaled) {
  Image rgb = plain(kPicture, 3, 7);
  rgb.row(10)[3 * 20] = 99;
  const Mask coverage = plain(kPicture, 1, 200);
  const Placed out = placed(rgb, coverage, layout_of(kPicture, kSubject, {.crop_margin = 0}));
  EXPECT_EQ(out.rgb.size, (Size{40, 50}));
  EXPECT_EQ(out.rgb.row(0)[0], 99);
  EXPECT_EQ(out.coverage.row(49)[39], 200);
}

TEST(Placed, leaves_nothing_around_the_part_that_is_shown) {
  const CutOutOptions options{.crop_margin = 0.5, .canvas = Canvas{.size = {200, 200}, .scale = 1}};
  const Placed out =
      placed(plain(kPicture, 3, 100), plain(kPicture, 1, 255), layout_of(kPicture, kSubject, options));
  EXPECT_EQ(out.coverage.size, (Size{200, 200}));
  EXPECT_EQ(out.coverage.row(10)[100], 0);  // Above the picture's border.
  EXPECT_EQ(out.coverage.row(100)[5], 0);
  EXPECT_EQ(out.coverage.row(100)[100], 255);
  EXPECT_EQ(out.rgb.row(100)[300], 100);
}

TEST(Placed, keeps_unseen_colours_out_when_it_scales) {
  Image rgb = plain({64, 64}, 3, 250);
  Mask coverage = plain({64, 64}, 1, 255);
  for (int y = 0; y < 64; ++y) {
    for (int x = 32; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) rgb.row(y)[3 * x + c] = 0;
      coverage.row(y)[x] = 0;
    }
  }
  const Layout half{.source = {0, 0, 64, 64}, .target = {0, 0, 31, 31}, .size = {31, 31}};
  const Placed out = placed(rgb, coverage, half);
  for (int x = 0; x < 31; ++x)
    if (out.coverage.row(15)[x] > 20) {
      EXPECT_NEAR(out.rgb.row(15)[3 * x], 250, 8) << x;
    }
}

}  // namespace
}  // namespace cutroom::imaging
