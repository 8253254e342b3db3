#include "imaging/postprocess.hpp"

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

std::vector<int> samples(const Image& image) {
  return {image.samples.span().begin(), image.samples.span().end()};
}

ModelSpec two_by_two() { return {.name = "m", .input_width = 2, .input_height = 2}; }

// Golden numbers, from rembg's own code.
TEST(postprocess, gives_the_golden_min_max_mask) {
  ModelSpec spec = two_by_two();
  spec.minmax = true;
  const auto mask = to_mask({1, 2, 2, {-.2F, .1F, .55F, .9F}}, {2, 2}, spec);
  ASSERT_TRUE(mask) << mask.error().text();
  EXPECT_EQ(samples(*mask), (std::vector{0, 69, 173, 255}));
}

TEST(postprocess, without_min_max_cuts_to_0_and_1_and_truncates) {
  const auto mask = to_mask({1, 2, 2, {-3.0F, 0.5F, 0.999F, 7.0F}}, {2, 2}, two_by_two());
  ASSERT_TRUE(mask);
  EXPECT_EQ(samples(*mask), (std::vector{0, 127, 254, 255}));
}

TEST(postprocess, a_constant_map_is_only_clamped_by_min_max) {
  ModelSpec spec = two_by_two();
  spec.minmax = true;
  EXPECT_EQ(samples(to_mask({1, 2, 2, {.5F, .5F, .5F, .5F}}, {2, 2}, spec).value()),
            (std::vector{127, 127, 127, 127}));
  EXPECT_EQ(samples(to_mask({1, 2, 2, {9, 9, 9, 9}}, {2, 2}, spec).value()),
            (std::vector{255, 255, 255, 255}));
}

TEST(postprocess, applies_the_sigmoid_before_min_max) {
  ModelSpec spec = two_by_two();
  spec.activation = Activation::sigmoid;
  EXPECT_EQ(samples(to_mask({1, 2, 2, {0, 100, -100, 1}}, {2, 2}, spec).value()),
            (std::vector{127, 255, 0, 186}));
  spec.minmax = true;
  EXPECT_EQ(samples(to_mask({1, 2, 2, {0, 1, -1, 0}}, {2, 2}, spec).value()),
            (std::vector{127, 255, 0, 127}));
}

TEST(postprocess, takes_the_channel_it_is_told) {
  ModelSpec spec = two_by_two();
  spec.output_channel = 1;
  EXPECT_EQ(samples(to_mask({2, 2, 2, {0, 0, 0, 0, 1, 0, 1, 0}}, {2, 2}, spec).value()),
            (std::vector{255, 0, 255, 0}));
}

TEST(postprocess, every_class_but_the_first_is_foreground) {
  ModelSpec spec = two_by_two();
  spec.output_kind = OutputKind::classes;
  const auto mask = to_mask({3, 2, 2, {5, 1, 1, 0, 4, 2, 0, 0, 0, 0, 3, 0}}, {2, 2}, spec);
  EXPECT_EQ(samples(mask.value()), (std::vector{0, 255, 255, 0}));
}

TEST(postprocess, leaves_the_letterbox_padding_out_also_for_min_max) {
  ModelSpec spec{.name = "m", .input_width = 8, .input_height = 8, .fit = Fit::letterbox, .minmax = true};
  // A picture twice as wide as high fills the upper half; the output is half as fine as the input.
  const Tensor output{1, 4, 4, {1, 2, 3, 5, 1, 2, 3, 5, 9, 9, 9, 9, -9, -9, -9, -9}};
  EXPECT_EQ(samples(to_mask(output, {4, 2}, spec).value()), (std::vector{0, 63, 127, 255, 0, 63, 127, 255}));
}

TEST(postprocess, comes_at_the_pictures_size) {
  const auto mask = to_mask({1, 2, 2, {1, 1, 1, 1}}, {31, 17}, two_by_two());
  ASSERT_TRUE(mask);
  EXPECT_EQ(mask->size, (Size{31, 17}));
  EXPECT_EQ(mask->bands, 1);
  for (const int sample : samples(*mask)) ASSERT_EQ(sample, 255);
}

TEST(postprocess, refuses_an_output_without_the_channel) {
  ModelSpec spec = two_by_two();
  spec.output_channel = 1;
  const auto mask = to_mask({1, 2, 2, {1, 1, 1, 1}}, {2, 2}, spec);
  ASSERT_FALSE(mask);
  EXPECT_EQ(mask.error().code, Errc::model_failed);
  EXPECT_EQ(to_mask({}, {2, 2}, two_by_two()).error().code, Errc::model_failed);
}

}  // namespace
}  // namespace cutroom::imaging
