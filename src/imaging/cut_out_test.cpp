#include "imaging/cut_out.hpp"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

using testing::ElementsAre;
using Pixels = std::vector<std::vector<int>>;

constexpr std::array<std::uint8_t, 5> kCoverage{0, 64, 128, 192, 255};

Image filled(Size size, std::vector<std::uint8_t> pixel) {
  Image image(size, static_cast<int>(pixel.size()));
  for (std::size_t i = 0; i < image.samples.size(); ++i) image.samples[i] = pixel[i % pixel.size()];
  return image;
}

Image orange(int width = 5) { return filled({width, 1}, {200, 100, 50}); }

Mask coverage() {
  Mask mask({5, 1}, 1);
  std::copy(kCoverage.begin(), kCoverage.end(), mask.samples.data());
  return mask;
}

Pixels pixels(const Image& image) {
  Pixels all;
  const auto bands = static_cast<std::size_t>(image.bands);
  for (std::size_t i = 0; i < image.size.pixels(); ++i) {
    const std::uint8_t* at = image.samples.data() + i * bands;
    all.emplace_back(at, at + bands);
  }
  return all;
}

TEST(CutOut, keeps_colours_straight_and_makes_what_is_transparent_black) {
  const Image result = cut_out(orange(), coverage(), std::nullopt, {.decontaminate = false});
  EXPECT_EQ(
      pixels(result),
      (Pixels{
          {0, 0, 0, 0}, {200, 100, 50, 64}, {200, 100, 50, 128}, {200, 100, 50, 192}, {200, 100, 50, 255}}));
}

TEST(CutOut, composes_onto_a_background_by_source_over) {
  const Image result =
      cut_out(orange(), coverage(), std::nullopt, {.background = Rgb{255, 255, 255}, .decontaminate = false});
  EXPECT_EQ(pixels(result),
            (Pixels{{255, 255, 255}, {241, 216, 204}, {227, 177, 152}, {214, 138, 101}, {200, 100, 50}}));
}

TEST(CutOut, takes_white_for_a_format_without_alpha) {
  const Image result =
      cut_out(orange(), coverage(), std::nullopt, {.format = Format::jpeg, .decontaminate = false});
  EXPECT_EQ(result.bands, 3);
  EXPECT_EQ(pixels(result)[0], (std::vector<int>{255, 255, 255}));
}

TEST(CutOut, multiplies_the_files_own_alpha_in) {
  const std::optional<Mask> own = filled({5, 1}, {128});
  const Image result = cut_out(orange(), coverage(), own, {.decontaminate = false});
  std::vector<int> alphas;
  for (const auto& pixel : pixels(result)) alphas.push_back(pixel[3]);
  EXPECT_THAT(alphas, ElementsAre(0, 32, 64, 96, 128));
}

TEST(CutOut, gives_the_mask_as_grey_picture_where_only_that_is_wanted) {
  const Image result = cut_out(orange(), coverage(), std::nullopt,
                               {.background = Rgb{255, 0, 0}, .mask_only = true, .decontaminate = true});
  EXPECT_EQ(pixels(result), (Pixels{{0}, {64}, {128}, {192}, {255}}));
}

TEST(CutOut, is_the_same_at_every_width_and_alpha) {
  // Widths around the vector's: nothing may depend on where a block ends.
  for (int width = 1; width <= 40; ++width) {
    Image rgb({width, 2}, 3);
    Mask mask({width, 2}, 1);
    for (std::size_t i = 0; i < rgb.samples.size(); ++i)
      rgb.samples[i] = static_cast<std::uint8_t>(i * 37 + 1);
    for (std::size_t i = 0; i < mask.samples.size(); ++i)
      mask.samples[i] = static_cast<std::uint8_t>(i % 3 * 100);
    const Image rgba = with_alpha(rgb, mask);
    for (std::size_t i = 0; i < mask.samples.size(); ++i) {
      ASSERT_EQ(rgba.samples[4 * i + 3], mask.samples[i]) << width << " " << i;
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_EQ(rgba.samples[4 * i + c], mask.samples[i] == 0 ? 0 : rgb.samples[3 * i + c])
            << width << " " << i;
      }
    }
  }
}

TEST(CutOut, takes_the_old_background_out_of_soft_edges) {
  // Grey on green with an edge of eight pixels: at half cover the photo is half green, the result must not
  // be.
  Image rgb({64, 64}, 3);
  Mask mask({64, 64}, 1);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const int alpha = std::clamp((x - 28) * 32, 0, 255);
      mask.row(y)[x] = static_cast<std::uint8_t>(alpha);
      const std::array<int, 3> grey{128, 128, 128};
      const std::array<int, 3> green{0, 255, 0};
      for (std::size_t c = 0; c < 3; ++c) {
        rgb.row(y)[3 * x + static_cast<int>(c)] =
            static_cast<std::uint8_t>((grey[c] * alpha + green[c] * (255 - alpha)) / 255);
      }
    }
  }
  const Image result = cut_out(std::move(rgb), mask, std::nullopt, {});
  for (int y = 0; y < 64; ++y) {
    for (int x = 30; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) ASSERT_NEAR(result.row(y)[4 * x + c], 128, 6) << x << "," << y;
    }
  }
}

TEST(NaiveCutOut, scales_colour_and_alpha_as_rembg_does) {
  const Image result = naive_cut_out(orange(), coverage(), std::nullopt);
  EXPECT_EQ(
      pixels(result),
      (Pixels{{0, 0, 0, 0}, {50, 25, 13, 64}, {100, 50, 25, 128}, {151, 75, 38, 192}, {200, 100, 50, 255}}));
}

TEST(NaiveCutOut, gives_rembgs_pixels_on_white_too) {
  const Image naive = naive_cut_out(orange(), coverage(), std::nullopt);
  Image rgb({5, 1}, 3);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t c = 0; c < 3; ++c) rgb.samples[3 * i + c] = naive.samples[4 * i + c];
  }
  EXPECT_EQ(pixels(on_background(std::move(rgb), coverage(), {255, 255, 255})),
            (Pixels{{255, 255, 255}, {204, 197, 194}, {177, 152, 140}, {177, 119, 92}, {200, 100, 50}}));
}

TEST(NaiveCutOut, multiplies_the_files_own_alpha_in) {
  const Image result = naive_cut_out(orange(), coverage(), filled({5, 1}, {128}));
  std::vector<int> alphas;
  for (const auto& pixel : pixels(result)) alphas.push_back(pixel[3]);
  EXPECT_THAT(alphas, ElementsAre(0, 32, 64, 96, 128));
}

TEST(ForegroundBox, holds_exactly_the_pixels_above_the_threshold) {
  Mask mask = filled({10, 8}, {127});
  mask.row(2)[3] = 128;
  mask.row(5)[7] = 255;
  EXPECT_EQ(foreground_box(mask), (Rect{.x = 3, .y = 2, .width = 5, .height = 4}));
  EXPECT_EQ(foreground_box(mask, 126), (Rect{.x = 0, .y = 0, .width = 10, .height = 8}));
  EXPECT_EQ(foreground_box(mask, 255), std::nullopt);
}

}  // namespace
}  // namespace cutroom::imaging
