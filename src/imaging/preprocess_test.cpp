#include "imaging/preprocess.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

using testing::ElementsAreArray;
using testing::FloatNear;
using testing::Matcher;

Image ramp(Size size) {
  Image image(size, 3);
  for (std::size_t i = 0; i < image.samples.size(); ++i) image.samples[i] = static_cast<std::uint8_t>(i * 5);
  return image;
}

Image plain(Size size, Rgb colour) {
  Image image(size, 3);
  for (std::size_t i = 0; i < size.pixels(); ++i) {
    image.samples[3 * i] = colour.r;
    image.samples[3 * i + 1] = colour.g;
    image.samples[3 * i + 2] = colour.b;
  }
  return image;
}

auto near(const std::vector<float>& values) {
  std::vector<Matcher<float>> matchers;
  for (const float value : values) matchers.push_back(FloatNear(value, 2e-6F));
  return ElementsAreArray(matchers);
}

ModelSpec rembg_family(float std_everywhere = 0.0F) {
  ModelSpec spec{.input_width = 2, .input_height = 2, .divisor = Divisor::picture_max};
  if (std_everywhere > 0.0F) {
    spec.mean = {0.5F, 0.5F, 0.5F};
  } else {
    spec.mean = {0.485F, 0.456F, 0.406F};
    spec.std = {0.229F, 0.224F, 0.225F};
  }
  return spec;
}

// Golden numbers, from rembg's own code.
TEST(preprocess, gives_u2nets_golden_tensor) {
  const Tensor tensor = to_tensor(ramp({4, 4}), rembg_family());
  EXPECT_EQ(tensor.channels, 3);
  EXPECT_EQ(tensor.height, 2);
  EXPECT_EQ(tensor.width, 2);
  EXPECT_THAT(tensor.values, near({-1.222148F, -0.572724F, 1.375546F, 2.024969F,  //
                                   -1.005495F, -0.341575F, 1.650183F, 2.314103F,  //
                                   -0.664843F, -0.003875F, 1.979031F, 2.64F}));
}

TEST(preprocess, gives_isnets_golden_tensor) {
  EXPECT_THAT(to_tensor(ramp({4, 4}), rembg_family(1.0F)).values,
              near({-.294872F, -.146154F, .3F, .448718F,       //
                    -.269231F, -.120513F, .325641F, .474359F,  //
                    -.24359F, -.094872F, .351282F, .5F}));
}

TEST(preprocess, expresses_imglys_scaling) {
  const ModelSpec spec{.input_width = 1,
                       .input_height = 1,
                       .filter = Filter::bilinear,
                       .divisor_value = 256.0F,
                       .mean = {0.5F, 0.5F, 0.5F}};
  EXPECT_THAT(to_tensor(plain({3, 3}, {0, 128, 255}), spec).values, near({-0.5F, 0.0F, 127.0F / 256}));
}

TEST(preprocess, a_black_picture_divides_by_nothing_yet_stays_finite) {
  for (const float value : to_tensor(plain({3, 3}, {0, 0, 0}), rembg_family()).values) EXPECT_LT(value, 0.0F);
}

TEST(preprocess, swaps_the_channels_but_not_their_constants_for_bgr) {
  const ModelSpec spec{.input_width = 1,
                       .input_height = 1,
                       .divisor_value = 1.0F,
                       .mean = {1.0F, 2.0F, 3.0F},
                       .order = ChannelOrder::bgr};
  EXPECT_THAT(to_tensor(plain({2, 2}, {10, 20, 30}), spec).values, near({27.0F, 18.0F, 9.0F}));
}

TEST(preprocess, letterbox_keeps_the_aspect_and_pads_with_black_at_the_right_and_bottom) {
  const ModelSpec spec{.input_width = 4, .input_height = 4, .fit = Fit::letterbox, .divisor_value = 1.0F};
  const Placement wide = place({400, 200}, spec);
  EXPECT_EQ(wide.input, (Size{4, 4}));
  EXPECT_EQ(wide.scaled, (Size{4, 2}));
  EXPECT_EQ(place({1, 4000}, spec).scaled, (Size{1, 4}));
  EXPECT_THAT(to_tensor(plain({2, 4}, {9, 9, 9}), spec).values,
              near({9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0,  //
                    9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0,  //
                    9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0}));
}

TEST(preprocess, short_side_rounds_both_sides_to_the_multiple) {
  const ModelSpec spec{.input_width = 512, .input_height = 512, .fit = Fit::short_side, .multiple = 32};
  EXPECT_EQ(place({4000, 3000}, spec).input,
            (Size{672, 512}));  // 682.7 is nearer to 21 * 32 than to 22 * 32.
  EXPECT_EQ(place({3000, 4000}, spec).scaled, (Size{512, 672}));
  EXPECT_EQ(place({1, 1}, spec).input, (Size{512, 512}));
}

}  // namespace
}  // namespace cutroom::imaging
