// Each step of an edit, by what becomes of the picture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/codec_vips/test_pictures.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Image;
using imaging::ResizeFit;
using imaging::Rgb;
using imaging::Size;
using testing::HasSubstr;

TEST(VipsSteps, resizes_by_every_fit_to_exactly_the_size_that_was_asked_for) {
  const Image photo = halves({120, 60});
  const auto size = [&](ResizeFit fit) {
    return after(photo, imaging::Resize{.width = 41, .height = 33, .fit = fit}).rgb.size;
  };
  EXPECT_EQ(size(ResizeFit::cover), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::contain), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::fill), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::inside), (Size{41, 21}));
  EXPECT_EQ(size(ResizeFit::outside), (Size{66, 33}));
}

TEST(VipsSteps, covers_from_the_place_that_was_asked_for) {
  const Image photo = halves({120, 60});
  const imaging::Resize left{.width = 30, .height = 30, .place = imaging::Place::left};
  EXPECT_TRUE(near(at(after(photo, left), 25, 15), kRed, 8));
  const imaging::Resize right{.width = 30, .height = 30, .place = imaging::Place::right};
  EXPECT_TRUE(near(at(after(photo, right), 4, 15), kBlue, 8));
}

TEST(VipsSteps, contains_on_a_background_or_on_nothing) {
  const Image photo = halves({120, 60});
  imaging::Resize resize{.width = 60, .height = 60, .fit = ResizeFit::contain};
  const auto open = after(photo, resize);
  EXPECT_EQ(alpha_at(open, 30, 2), 0);
  EXPECT_EQ(alpha_at(open, 30, 30), 255);
  resize.background = {0, 255, 0, 255};
  const auto green = after(photo, resize);
  EXPECT_FALSE(green.alpha);
  EXPECT_EQ(at(green, 30, 2), (Rgb{0, 255, 0}));
}

TEST(VipsSteps, keeps_hidden_colours_out_of_visible_ones_when_it_scales) {
  // White where it can be seen; red, but fully transparent, beside it.
  Image photo(Size{64, 64}, 4);
  fill(photo, {0, 0, 64, 64}, {255, 0, 0, 0});
  fill(photo, {0, 0, 31, 64}, {255, 255, 255, 255});
  const auto small = after(photo, imaging::Resize{.width = 16});
  for (int x = 0; x < 16; ++x)
    if (alpha_at(small, x, 8) > 20) {
      EXPECT_TRUE(near(at(small, x, 8), {255, 255, 255}, 12)) << x;
    }
}

TEST(VipsSteps, crops_a_rectangle_and_refuses_one_that_sticks_out) {
  const Image photo = halves({100, 50});
  const auto cropped =
      after(photo, imaging::Crop{.corner = imaging::Offset{45, 10}, .width = 10, .height = 5});
  EXPECT_EQ(cropped.rgb.size, (Size{10, 5}));
  EXPECT_EQ(at(cropped, 4, 0), kRed);
  EXPECT_EQ(at(cropped, 5, 0), kBlue);

  const auto refused = try_edit(
      file_of(photo),
      steps({imaging::Mirror{}, imaging::Crop{.corner = imaging::Offset{95, 0}, .width = 10, .height = 5}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_input);
  EXPECT_THAT(refused.error().text(), HasSubstr("operations[1]: the rectangle of 10 x 5 at 95, 0"));
}

TEST(VipsSteps, crops_by_entropy_and_attention_where_something_is_to_be_seen) {
  Image photo = plain({200, 60}, {128, 128, 128});
  const Image busy = noise({40, 40});
  for (int y = 0; y < 40; ++y) std::copy_n(busy.row(y), 120, photo.row(y + 10) + 3 * 150);
  for (const auto focus : {imaging::Focus::entropy, imaging::Focus::attention}) {
    const auto cropped = after(photo, imaging::Crop{.width = 60, .height = 60, .focus = focus});
    EXPECT_EQ(cropped.rgb.size, (Size{60, 60}));
    int differing = 0;
    for (int x = 0; x < 60; ++x) differing += near(at(cropped, x, 30), {128, 128, 128}, 5) ? 0 : 1;
    EXPECT_GE(differing, 30) << static_cast<int>(focus);
  }
  // Larger than the picture: as much as there is.
  EXPECT_EQ(after(photo, imaging::Crop{.width = 500, .height = 30}).rgb.size, (Size{200, 30}));
}

TEST(VipsSteps, rotates_clockwise_by_quarters_without_loss) {
  const Image photo = halves({40, 20});
  const auto right = after(photo, imaging::Rotate{.degrees = 90});
  EXPECT_EQ(right.rgb.size, (Size{20, 40}));
  EXPECT_EQ(at(right, 10, 0), kRed);  // What was left is up.
  const auto left = after(photo, imaging::Rotate{.degrees = -90});
  EXPECT_EQ(at(left, 10, 0), kBlue);
  EXPECT_EQ(at(after(photo, imaging::Rotate{.degrees = 180}), 0, 0), kBlue);
  EXPECT_EQ(after(photo, imaging::Rotate{.degrees = 360}).rgb.size, (Size{40, 20}));
}

TEST(VipsSteps, rotates_by_any_angle_onto_a_background) {
  const Image photo = halves({80, 40});
  const auto open = after(photo, imaging::Rotate{.degrees = 30});
  EXPECT_NEAR(open.rgb.size.width, 80 * std::cos(M_PI / 6) + 40 * std::sin(M_PI / 6), 2);
  EXPECT_NEAR(open.rgb.size.height, 80 * std::sin(M_PI / 6) + 40 * std::cos(M_PI / 6), 2);
  EXPECT_EQ(alpha_at(open, 1, 1), 0);
  // Clockwise: the left end goes up.
  EXPECT_TRUE(near(at(open, open.rgb.size.width / 4, open.rgb.size.height / 3), kRed));

  const auto white = after(photo, imaging::Rotate{.degrees = 30, .background = {255, 255, 255, 255}});
  EXPECT_FALSE(white.alpha);
  EXPECT_EQ(at(white, 1, 1), (Rgb{255, 255, 255}));

  const auto half = after(photo, imaging::Rotate{.degrees = 30, .background = {0, 200, 0, 128}});
  EXPECT_NEAR(alpha_at(half, 1, 1), 128, 1);
  EXPECT_TRUE(near(at(half, 1, 1), {0, 200, 0}));
}

TEST(VipsSteps, mirrors_both_ways) {
  Image photo = halves({40, 20});
  fill(photo, {0, 0, 40, 2}, {0, 255, 0, 255});
  EXPECT_EQ(at(after(photo, imaging::Mirror{.upside_down = false}), 0, 10), kBlue);
  EXPECT_EQ(at(after(photo, imaging::Mirror{.upside_down = true}), 0, 19), (Rgb{0, 255, 0}));
}

TEST(VipsSteps, flattens_onto_a_background) {
  Image photo = halves({20, 10}, 4);
  fill(photo, {0, 0, 5, 10}, {0, 0, 0, 0});
  const auto flat = after(photo, imaging::Flatten{.background = {1, 2, 3}});
  EXPECT_FALSE(flat.alpha);
  EXPECT_EQ(at(flat, 2, 5), (Rgb{1, 2, 3}));
}

TEST(VipsSteps, pads_and_extends) {
  const Image photo = halves({20, 10});
  const auto padded =
      after(photo, imaging::Pad{.top = 1, .right = 2, .bottom = 3, .left = 4, .background = {9, 8, 7, 255}});
  EXPECT_EQ(padded.rgb.size, (Size{26, 14}));
  EXPECT_EQ(at(padded, 3, 5), (Rgb{9, 8, 7}));
  EXPECT_EQ(at(padded, 4, 1), kRed);
  EXPECT_EQ(at(padded, 24, 5), (Rgb{9, 8, 7}));

  const auto open = after(photo, imaging::Extend{.width = 40, .height = 5, .place = imaging::Place::right});
  EXPECT_EQ(open.rgb.size, (Size{40, 10}));
  EXPECT_EQ(alpha_at(open, 0, 0), 0);
  EXPECT_EQ(at(open, 39, 0), kBlue);
}

TEST(VipsSteps, trims_borders_of_one_colour) {
  Image photo = plain({60, 40}, {250, 250, 250});
  fill(photo, {10, 5, 30, 20}, {30, 30, 200, 255});
  EXPECT_EQ(after(photo, imaging::Trim{}).rgb.size, (Size{30, 20}));
  EXPECT_EQ(after(photo, imaging::Trim{.background = Rgb{250, 250, 250}}).rgb.size, (Size{30, 20}));
  // Nothing but border stays as it is.
  EXPECT_EQ(after(plain({60, 40}, kRed), imaging::Trim{}).rgb.size, (Size{60, 40}));

  Image open(Size{60, 40}, 4);
  fill(open, {0, 0, 60, 40}, {0, 0, 0, 0});
  fill(open, {20, 10, 5, 6}, {200, 30, 30, 255});
  EXPECT_EQ(after(open, imaging::Trim{}).rgb.size, (Size{5, 6}));
}

TEST(VipsSteps, sharpens_an_edge_and_leaves_flat_parts_alone) {
  Image photo = plain({40, 40}, {90, 90, 90});
  for (int x = 18; x < 40; ++x) {
    const auto v = static_cast<std::uint8_t>(std::min(90 + 10 * (x - 17), 150));
    fill(photo, {x, 0, 1, 40}, {v, v, v, 255});
  }
  const auto sharp = after(photo, imaging::Sharpen{.sigma = 2, .amount = 3});
  EXPECT_TRUE(near(at(sharp, 2, 20), {90, 90, 90}, 1));
  EXPECT_LT(at(sharp, 17, 20).r, 90);
  int brightest = 0;
  for (int x = 18; x < 40; ++x) brightest = std::max<int>(brightest, at(sharp, x, 20).r);
  EXPECT_GT(brightest, 152);
}

TEST(VipsSteps, blurs_little_and_much_without_changing_the_mean) {
  const Image photo = noise({96, 64});
  for (const double sigma : {2.0, 12.0, 250.0}) {
    const auto soft = after(photo, imaging::Blur{.sigma = sigma});
    EXPECT_EQ(soft.rgb.size, (Size{96, 64}));
    EXPECT_TRUE(near(at(soft, 40, 30), {127, 127, 127}, sigma < 8 ? 45 : 12)) << sigma;
  }
}

}  // namespace
}  // namespace cutroom::codec_vips
