#include "imaging/matting.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

Mask line(int width, int height = 1) {
  Mask mask({width, height}, 1);
  std::fill_n(mask.samples.data(), mask.samples.size(), std::uint8_t{128});
  return mask;
}

// The first and last column of each run of `value` in the middle row.
std::vector<std::pair<int, int>> runs(const Mask& mask, std::uint8_t value) {
  std::vector<std::pair<int, int>> out;
  const std::uint8_t* row = mask.row(mask.size.height / 2);
  for (int x = 0; x < mask.size.width; ++x) {
    if (row[x] != value) continue;
    if (!out.empty() && out.back().second == x - 1)
      out.back().second = x;
    else
      out.emplace_back(x, x);
  }
  return out;
}

using Runs = std::vector<std::pair<int, int>>;

TEST(Trimap, erodes_what_is_sure_as_published) {
  Mask mask = line(30, 41);
  for (int y = 0; y < 41; ++y)
    for (int x = 0; x < 30; ++x) mask.row(y)[x] = x >= 5 && x <= 24 ? 255 : 100;
  EXPECT_EQ(runs(trimap_of(mask), 255), (Runs{{10, 20}}));

  for (int y = 0; y < 41; ++y)
    for (int x = 0; x < 30; ++x) mask.row(y)[x] = x <= 13 || x >= 16 ? 0 : 100;
  EXPECT_EQ(runs(trimap_of(mask), 0), (Runs{{0, 9}, {21, 29}}));
}

TEST(Trimap, erodes_by_a_cross_where_the_side_is_0) {
  Mask mask = line(9, 9);
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 9; ++x) mask.row(y)[x] = x >= 2 && x <= 6 ? 255 : 100;
  EXPECT_EQ(runs(trimap_of(mask, {.erode = 0}), 255), (Runs{{3, 5}}));
}

// Foreground and background of one colour each, mixed by alpha: what the method is exact for.
struct Mixed {
  Image rgb;
  Mask alpha;
  Mask trimap;
};

Mixed mixed(Size size) {
  Mixed out{Image(size, 3), Mask(size, 1), Mask(size, 1)};
  const double foreground[3] = {220, 180, 40};
  const double background[3] = {20, 60, 160};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double along = (x + 3 * std::sin(y / 3.0) - size.width * 0.3) / (size.width * 0.4);
      const double alpha = std::clamp(along, 0.0, 1.0);
      out.alpha.row(y)[x] = static_cast<std::uint8_t>(std::lround(alpha * 255));
      for (int c = 0; c < 3; ++c)
        out.rgb.row(y)[3 * x + c] =
            static_cast<std::uint8_t>(std::lround(alpha * foreground[c] + (1 - alpha) * background[c]));
      out.trimap.row(y)[x] = x < size.width / 5 ? 0 : x > size.width * 4 / 5 ? 255 : 128;
    }
  }
  return out;
}

TEST(ClosedFormAlpha, finds_how_two_colours_were_mixed) {
  const Mixed photo = mixed({60, 40});
  Mask nothing = line(60, 40);
  const auto alpha =
      closed_form_alpha(photo.rgb, photo.trimap, nothing, {.iterations_max = 2000, .residual = 1e-7}, {});
  ASSERT_TRUE(alpha);
  double worst = 0;
  double sum = 0;
  for (std::size_t i = 0; i < alpha->samples.size(); ++i) {
    const double off = std::abs(alpha->samples[i] - photo.alpha.samples[i]);
    worst = std::max(worst, off);
    sum += off;
  }
  // Colours rounded to 8 bits leave that much open.
  EXPECT_LE(worst, 12);
  EXPECT_LE(sum / static_cast<double>(alpha->samples.size()), 2.0);
}

TEST(ClosedFormAlpha, leaves_known_pixels_alone) {
  const Mixed photo = mixed({60, 40});
  const auto alpha = closed_form_alpha(photo.rgb, photo.trimap, photo.alpha, {}, {});
  ASSERT_TRUE(alpha);
  for (std::size_t i = 0; i < alpha->samples.size(); ++i)
    if (photo.trimap.samples[i] != 128) {
      ASSERT_EQ(alpha->samples[i], photo.trimap.samples[i]);
    }
}

TEST(ClosedFormAlpha, gives_up_beyond_its_limits_or_without_anything_known) {
  const Mixed photo = mixed({60, 40});
  EXPECT_FALSE(closed_form_alpha(photo.rgb, photo.trimap, photo.alpha, {.unknowns_max = 100}, {}));
  EXPECT_FALSE(closed_form_alpha(photo.rgb, line(60, 40), photo.alpha, {}, {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(closed_form_alpha(photo.rgb, photo.trimap, photo.alpha, {}, stop.get_token()));
}

TEST(RefineMatting, brings_a_coarse_mask_nearer_to_the_truth) {
  const Mixed photo = mixed({240, 160});
  // A model's: decided too hard, and in the wrong place.
  Mask coarse(photo.alpha.size, 1);
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 240; ++x)
      coarse.row(y)[x] = static_cast<std::uint8_t>(std::clamp((x - 60) * 2, 0, 255));
  const auto off = [&](const Mask& mask) {
    double sum = 0;
    for (std::size_t i = 0; i < mask.samples.size(); ++i)
      sum += std::abs(mask.samples[i] - photo.alpha.samples[i]);
    return sum / static_cast<double>(mask.samples.size());
  };
  const double before = off(coarse);
  EXPECT_LT(off(refine_matting(photo.rgb, coarse, {}, {.prior = 0})), 0.5 * before);
  EXPECT_LT(off(refine_matting(photo.rgb, coarse, {})), before);
  // Beyond the limit it is what guided refinement gives.
  const Mask limited = refine_matting(photo.rgb, coarse, {}, {.unknowns_max = 1});
  EXPECT_LT(off(limited), before + 5);
}

TEST(RefineMatting, keeps_thin_things_that_the_model_is_sure_of) {
  // A bar two pixels wide beside a block, both of the same colour.
  const Size size{200, 120};
  Image rgb(size, 3);
  Mask mask(size, 1);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool in = (x >= 20 && x < 80) || x == 150 || x == 151;
      mask.row(y)[x] = in ? 255 : 0;
      for (int c = 0; c < 3; ++c)
        rgb.row(y)[3 * x + c] = static_cast<std::uint8_t>((in ? 40 : 200) + (x * 7 + y * 5) % 5);
    }
  }
  EXPECT_GT(refine_matting(rgb, mask, {}).row(60)[150], 200);
  EXPECT_LT(refine_matting(rgb, mask, {}).row(60)[140], 30);
}

}  // namespace
}  // namespace cutroom::imaging
