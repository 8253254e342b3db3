#include "imaging/composition.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "imaging/box_blur.hpp"
#include "imaging/shadow.hpp"

namespace cutroom::imaging {
namespace {

constexpr Size kPicture{60, 40};
constexpr Rect kBox{.x = 20, .y = 10, .width = 20, .height = 20};

Image plain(Size size, Rgb colour) {
  Image image(size, 3);
  for (std::size_t i = 0; i < size.pixels(); ++i) {
    image.samples[3 * i] = colour.r;
    image.samples[3 * i + 1] = colour.g;
    image.samples[3 * i + 2] = colour.b;
  }
  return image;
}

// All of the box, nothing else.
Mask boxed(Size size = kPicture, Rect box = kBox) {
  Mask mask(size, 1);
  std::fill_n(mask.samples.data(), mask.samples.size(), std::uint8_t{0});
  for (int y = box.y; y < box.y + box.height; ++y)
    std::fill_n(mask.row(y) + box.x, box.width, std::uint8_t{255});
  return mask;
}

Composition composed(const CutOutOptions& options, const std::optional<Image>& background = std::nullopt) {
  return compose(plain(kPicture, {200, 30, 30}), boxed(), std::nullopt, kBox, background, options);
}

TEST(Compose, is_the_plain_cut_out_where_nothing_more_is_asked) {
  const Composition ours = composed({});
  const Image plain_one = cut_out(plain(kPicture, {200, 30, 30}), boxed(), std::nullopt, {});
  ASSERT_EQ(ours.picture.bands, 4);
  EXPECT_TRUE(std::equal(plain_one.samples.data(), plain_one.samples.data() + plain_one.samples.size(),
                         ours.picture.samples.data()));
}

TEST(Compose, crops_and_places) {
  EXPECT_EQ(composed({.crop_margin = 0.1}).picture.size, (Size{24, 24}));
  const Composition on_canvas =
      composed({.canvas = Canvas{.size = {100, 50}, .scale = 0.8, .place = Place::left}});
  EXPECT_EQ(on_canvas.picture.size, (Size{100, 50}));
  EXPECT_EQ(on_canvas.layout.target, (Rect{0, 5, 40, 40}));
  EXPECT_EQ(on_canvas.picture.row(25)[4 * 20 + 3], 255);
  EXPECT_EQ(on_canvas.picture.row(25)[4 * 60 + 3], 0);
}

TEST(Compose, covers_with_a_background_image_from_its_middle) {
  // Twice as wide as needed: green left, blue in the middle.
  Image background = plain({240, 80}, {0, 0, 250});
  for (int y = 0; y < 80; ++y)
    for (int x = 0; x < 50; ++x) background.row(y)[3 * x + 1] = 250;
  const Composition out = composed({.background_url = "x"}, std::move(background));
  ASSERT_EQ(out.picture.bands, 3);
  EXPECT_EQ(out.picture.size, kPicture);
  EXPECT_EQ(out.picture.row(20)[3 * 30], 200);
  EXPECT_EQ(out.picture.row(20)[3 * 5 + 2], 250);
  EXPECT_EQ(out.picture.row(20)[3 * 5 + 1], 0);
}

TEST(Compose, gives_colours_and_mask_apart_without_the_old_background) {
  const Composition out = composed({.zip = true});
  ASSERT_TRUE(out.mask);
  ASSERT_EQ(out.picture.bands, 3);
  EXPECT_EQ(out.mask->row(20)[30], 255);
  EXPECT_EQ(out.mask->row(2)[2], 0);
  EXPECT_EQ(out.picture.row(2)[3 * 2], 200);  // The subject's mean.
}

TEST(Compose, gives_the_mask_alone_at_the_place_of_the_cut_out) {
  const Composition out = composed({.mask_only = true, .crop_margin = 0});
  EXPECT_EQ(out.picture.bands, 1);
  EXPECT_EQ(out.picture.size, (Size{20, 20}));
  EXPECT_EQ(out.picture.row(0)[0], 255);
}

TEST(Compose, puts_a_soft_shadow_under_the_subject) {
  const Composition out = composed(
      {.shadow = Shadow{.opacity = 0.5, .blur = 0.05, .offset_x = 0, .offset_y = 0.3, .colour = {0, 0, 60}}});
  const auto pixel = [&](int x, int y) { return out.picture.row(y) + 4 * x; };
  EXPECT_EQ(pixel(30, 20)[0], 200);  // The subject stays as it was.
  EXPECT_EQ(pixel(30, 20)[3], 255);
  EXPECT_NEAR(pixel(30, 32)[3], 128, 12);  // Below it: shadow.
  EXPECT_EQ(pixel(30, 32)[0], 0);
  EXPECT_EQ(pixel(30, 32)[2], 60);
  EXPECT_EQ(pixel(30, 3)[3], 0);  // Above: none.
}

TEST(AddShadow, looks_on_any_background_as_subject_over_shadow) {
  // A half-covered pixel over a half-strong shadow.
  Image rgb = plain({1, 1}, {200, 100, 50});
  Mask coverage({1, 1}, 1);
  coverage.samples[0] = 128;
  Mask shadow({1, 1}, 1);
  shadow.samples[0] = 128;
  add_shadow(rgb, coverage, shadow, {0, 0, 0});
  for (const double ground : {255.0, 90.0, 0.0}) {
    const double a = 128 / 255.0;
    const double over = a * 200 + (1 - a) * (1 - a) * ground;
    const double b = coverage.samples[0] / 255.0;
    EXPECT_NEAR(b * rgb.samples[0] + (1 - b) * ground, over, 1.5);
  }
}

TEST(Blurred, spreads_without_losing_anything_inside) {
  const Mask soft = blurred(boxed({200, 200}, {.x = 80, .y = 80, .width = 40, .height = 40}), 5);
  double sum = 0;
  for (std::size_t i = 0; i < soft.samples.size(); ++i) sum += soft.samples[i];
  EXPECT_NEAR(sum / (255.0 * 40 * 40), 1.0, 0.01);
  EXPECT_NEAR(soft.row(100)[80], 136, 12);  // At the edge: half, and the half pixel beyond.
  EXPECT_EQ(soft.row(100)[100], 255);
  EXPECT_EQ(soft.row(100)[40], 0);
}

}  // namespace
}  // namespace cutroom::imaging
