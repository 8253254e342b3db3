#include "imaging/foreground.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/foreground_level.hpp"

namespace cutroom::imaging {
namespace {

constexpr Size kGolden{8, 4};
constexpr std::array<float, 8> kGoldenAlpha{0, 0, 0.1F, 0.35F, 0.6F, 0.85F, 1, 1};

// fn(x, y) -> {foreground, background}, mixed by the golden alpha.
template <class Fn>
std::vector<ForegroundCell> estimate_golden(Fn colours) {
  std::vector<float> rgb;
  std::vector<float> alpha;
  for (int y = 0; y < kGolden.height; ++y) {
    for (int x = 0; x < kGolden.width; ++x) {
      const float a = kGoldenAlpha[static_cast<std::size_t>(x)];
      const auto [foreground, background] = colours(static_cast<float>(x), static_cast<float>(y));
      for (std::size_t c = 0; c < 3; ++c) rgb.push_back(a * foreground[c] + (1 - a) * background[c]);
      alpha.push_back(a);
    }
  }
  return estimate_foreground_everywhere(rgb, alpha, kGolden);
}

using Three = std::array<float, 3>;

TEST(ForegroundEverywhere, recovers_two_plain_colours_exactly) {
  const Three foreground{0.8F, 0.2F, 0.1F};
  const Three background{0.1F, 0.3F, 0.9F};
  const auto cells = estimate_golden([&](float, float) { return std::pair(foreground, background); });
  ASSERT_EQ(cells.size(), kGolden.pixels());
  for (const auto& cell : cells) {
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(cell.foreground[c], foreground[c], 1e-5);
      EXPECT_NEAR(cell.background[c], background[c], 1e-5);
    }
  }
}

TEST(ForegroundEverywhere, agrees_with_the_published_algorithm_on_gradients) {
  const auto cells = estimate_golden([](float x, float y) {
    return std::pair(Three{0.2F + 0.1F * y + 0.05F * x, 0.5F, 0.9F - 0.1F * x},
                     Three{0.9F - 0.05F * x, 0.1F * y, 0.3F});
  });
  // Rows 0 and 3, red, green, blue; computed in double precision.
  const std::array<std::array<std::array<double, 8>, 3>, 2> golden{{
      {{{.4251, .3878, .3879, .3862, .3979, .4348, .4915, .55},
        {.5078, .5, .5, .5, .5, .5, .5, .5},
        {.4108, .419, .4195, .4231, .4146, .3797, .3104, .2}}},
      {{{.5893, .6597, .6635, .6668, .686, .7299, .7909, .85},
        {.5214, .5195, .5174, .5141, .5089, .5037, .5005, .5},
        {}}},
  }};
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t c = 0; c < (row == 0 ? 3U : 2U); ++c) {
      for (std::size_t x = 0; x < 8; ++x) {
        EXPECT_NEAR(cells[row * 24 + x].foreground[c], golden[row][c][x], 2e-3)
            << row << " " << c << " " << x;
      }
    }
  }
}

TEST(ForegroundLevels, grow_from_one_pixel_to_the_picture) {
  EXPECT_EQ(foreground_level_sizes({8, 4}), (std::vector<Size>{{1, 1}, {2, 2}, {4, 3}, {8, 4}}));
  EXPECT_EQ(foreground_level_sizes({1, 1}), (std::vector<Size>{{1, 1}}));
  EXPECT_EQ(foreground_level_sizes({4000, 3000}).back(), (Size{4000, 3000}));
}

struct Scene {
  Image rgb;
  Mask mask;
};

// A soft-edged ellipse of one texture on another, mixed as a camera mixes them.
Scene soft_ellipse(Size size, double softness) {
  Scene scene{Image(size, 3), Mask(size, 1)};
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 2);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double dx = (x - size.width * 0.5) / (size.width * 0.33);
      const double dy = (y - size.height * 0.5) / (size.height * 0.36);
      const double alpha = 0.995 / (1 + std::exp((std::hypot(dx, dy) - 1) / softness));
      scene.mask.row(y)[x] = static_cast<std::uint8_t>(alpha * 255);
      const double wave = 30 * std::sin(x * 0.05) * std::cos(y * 0.04);
      const std::array<double, 3> foreground{190 + wave, 120 - wave, 70 + 40 * dx};
      const std::array<double, 3> background{40 - wave, 110 + 60 * dy, 200 + wave};
      for (std::size_t c = 0; c < 3; ++c) {
        const double mixed = alpha * foreground[c] + (1 - alpha) * background[c] + noise(random);
        scene.rgb.row(y)[3 * x + static_cast<int>(c)] =
            static_cast<std::uint8_t>(std::clamp(mixed, 0.0, 255.0));
      }
    }
  }
  return scene;
}

struct Difference {
  double largest = 0;
  double mean = 0;
};

// Of what is seen: colour times alpha, 0..255.
Difference from_the_full_form(const Scene& scene, const Image& estimated) {
  std::vector<float> rgb;
  std::vector<float> alpha;
  for (const auto sample : scene.rgb.samples.span()) rgb.push_back(static_cast<float>(sample) / 255);
  for (const auto sample : scene.mask.samples.span()) alpha.push_back(static_cast<float>(sample) / 255);
  const auto full = estimate_foreground_everywhere(rgb, alpha, scene.mask.size);
  Difference difference;
  for (std::size_t i = 0; i < full.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double seen =
          std::abs(static_cast<double>(full[i].foreground[c]) * 255 - estimated.samples[3 * i + c]) *
          static_cast<double>(alpha[i]);
      difference.largest = std::max(difference.largest, seen);
      difference.mean += seen / static_cast<double>(3 * full.size());
    }
  }
  return difference;
}

TEST(Foreground, differs_from_the_full_form_by_nothing_one_can_see) {
  for (const Size size : {Size{300, 220}, Size{97, 211}, Size{640, 64}}) {
    const Scene scene = soft_ellipse(size, 0.03);
    Image estimated(size, 3);
    std::copy_n(scene.rgb.samples.data(), scene.rgb.samples.size(), estimated.samples.data());
    estimate_foreground(estimated, scene.mask);
    const Difference before = from_the_full_form(scene, scene.rgb);
    const Difference after = from_the_full_form(scene, estimated);
    EXPECT_LT(after.largest, 10) << size.width << " without any estimate " << before.largest;
    EXPECT_LT(after.mean, 0.5) << size.width << " without any estimate " << before.mean;
    EXPECT_LT(after.mean, before.mean / 2) << size.width;
  }
}

TEST(Foreground, leaves_whole_foreground_and_whole_background_as_they_are) {
  Scene scene = soft_ellipse({200, 150}, 0.03);
  Image estimated(scene.rgb.size, 3);
  std::copy_n(scene.rgb.samples.data(), scene.rgb.samples.size(), estimated.samples.data());
  estimate_foreground(estimated, scene.mask);
  for (std::size_t i = 0; i < scene.mask.samples.size(); ++i) {
    const int alpha = scene.mask.samples[i];
    if (alpha != 0 && alpha < kAllForeground) continue;
    for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(estimated.samples[3 * i + c], scene.rgb.samples[3 * i + c]);
  }
}

TEST(Foreground, takes_any_size_and_masks_without_edges) {
  for (const Size size : {Size{1, 1}, Size{1, 7}, Size{300, 1}, Size{2, 2}, Size{65, 3}}) {
    for (const int value : {0, 3, 128, 255}) {
      Image rgb(size, 3);
      Mask mask(size, 1);
      std::fill_n(rgb.samples.data(), rgb.samples.size(), std::uint8_t{90});
      std::fill_n(mask.samples.data(), mask.samples.size(), static_cast<std::uint8_t>(value));
      estimate_foreground(rgb, mask);
      if (value == 0 || value == 255) {
        EXPECT_EQ(rgb.samples[0], 90);
      }
    }
  }
}

TEST(Foreground, bounds_its_work_on_a_mask_that_is_mixed_all_over) {
  // More mixed pixels than a level may have: the colours come from a coarser one.
  const Size size{1600, 1100};
  Image rgb(size, 3);
  Mask mask(size, 1);
  std::fill_n(mask.samples.data(), mask.samples.size(), std::uint8_t{128});
  for (int y = 0; y < size.height; ++y) {
    std::fill_n(mask.row(y), 100, std::uint8_t{255});
    std::fill_n(mask.row(y) + 1500, 100, std::uint8_t{0});
    for (int x = 0; x < size.width; ++x) {
      const int alpha = mask.row(y)[x];
      rgb.row(y)[3 * x] = static_cast<std::uint8_t>(200 * alpha / 255);
      rgb.row(y)[3 * x + 1] = static_cast<std::uint8_t>(100 * (255 - alpha) / 255);
      rgb.row(y)[3 * x + 2] = 50;
    }
  }
  estimate_foreground(rgb, mask);
  for (const int x : {150, 800}) {
    EXPECT_NEAR(rgb.row(550)[3 * x], 200, 12) << x;
    EXPECT_NEAR(rgb.row(550)[3 * x + 1], 0, 12) << x;
    EXPECT_NEAR(rgb.row(550)[3 * x + 2], 50, 12) << x;
  }
}

}  // namespace
}  // namespace cutroom::imaging
