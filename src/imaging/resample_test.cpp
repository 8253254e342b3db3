#include "imaging/resample.hpp"

#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/resample_passes.hpp"

namespace cutroom::imaging {
namespace {

Image ramp(Size size, int bands, int step) {
  Image image(size, bands);
  for (std::size_t i = 0; i < image.samples.size(); ++i)
    image.samples[i] = static_cast<std::uint8_t>(i * step);
  return image;
}

std::vector<int> samples(const Image& image) {
  return {image.samples.span().begin(), image.samples.span().end()};
}

// Golden numbers, made with Pillow.
TEST(resample, shrinks_one_band_as_pillow_does) {
  EXPECT_EQ(samples(resample(ramp({8, 6}, 1, 5), {4, 3}, Filter::lanczos3)),
            (std::vector{22, 31, 42, 51, 103, 112, 123, 132, 184, 193, 204, 213}));
}

TEST(resample, shrinks_across_and_stretches_down_as_pillow_does) {
  EXPECT_EQ(
      samples(resample(ramp({8, 6}, 1, 5), {5, 7}, Filter::lanczos3)),
      (std::vector{1,   8,   17,  25,  32,  31,  38,  47,  55,  62,  70,  77,  86,  94,  101, 102, 109, 118,
                   126, 133, 134, 141, 150, 158, 165, 173, 180, 189, 197, 204, 203, 210, 219, 227, 234}));
}

TEST(resample, shrinks_three_bands_as_pillow_does) {
  EXPECT_EQ(samples(resample(ramp({4, 4}, 3, 5), {2, 2}, Filter::lanczos3)),
            (std::vector{40, 45, 50, 69, 74, 79, 156, 161, 166, 185, 190, 195}));
}

TEST(resample, leaves_a_picture_of_the_wanted_size_alone) {
  const Image image = ramp({7, 5}, 3, 3);
  EXPECT_EQ(samples(resample(image, {7, 5}, Filter::lanczos3)), samples(image));
}

TEST(resample, keeps_a_constant_picture_constant) {
  for (const Filter filter : {Filter::lanczos3, Filter::bilinear}) {
    for (const int value : {0, 1, 128, 255}) {
      Image image({37, 23}, 3);
      std::fill(image.samples.span().begin(), image.samples.span().end(), static_cast<std::uint8_t>(value));
      for (const Size to : {Size{11, 90}, Size{37, 5}, Size{100, 23}, Size{1, 1}}) {
        for (const int sample : samples(resample(image, to, filter))) ASSERT_EQ(sample, value);
      }
    }
  }
}

TEST(resample, plain_bilinear_samples_points_aligned_at_the_corner) {
  // Twice as large: every second sample is the source's, the last has no right neighbour.
  Image row({3, 1}, 1);
  row.samples[0] = 10, row.samples[1] = 21, row.samples[2] = 40;
  EXPECT_EQ(samples(resample(row, {6, 1}, Filter::bilinear_plain)), (std::vector{10, 16, 21, 31, 40, 40}));
  // Half as large: every second sample, nothing averaged.
  EXPECT_EQ(samples(resample(ramp({4, 4}, 3, 5), {2, 2}, Filter::bilinear_plain)),
            (std::vector{0, 5, 10, 30, 35, 40, 120, 125, 130, 150, 155, 160}));
}

// The definition, in the plainest way: every output sample on its own.
Image by_definition(const Image& from, Size to, Filter filter) {
  Image narrow({to.width, from.size.height}, from.bands);
  const Weights across = make_weights(from.size.width, to.width, filter, 1);
  const auto rounded = [](long sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0L, 255L));
  };
  for (int y = 0; y < from.size.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      for (int b = 0; b < from.bands; ++b) {
        long sum = kWeightHalf;
        for (int k = 0; k < across.spans[x].count; ++k) {
          sum +=
              static_cast<long>(from.row(y)[(across.spans[x].first + k) * from.bands + b]) * across.of(x)[k];
        }
        narrow.row(y)[x * from.bands + b] = rounded(sum);
      }
    }
  }
  if (to.width == from.size.width)
    narrow = ramp(from.size, from.bands, 0), narrow.samples = Bytes::copy_of(from.samples.span());
  if (to.height == from.size.height) return narrow;
  Image out(to, from.bands);
  const Weights down = make_weights(from.size.height, to.height, filter, 1);
  for (int y = 0; y < to.height; ++y) {
    for (std::size_t i = 0; i < out.stride(); ++i) {
      long sum = kWeightHalf;
      for (int k = 0; k < down.spans[y].count; ++k) {
        sum += static_cast<long>(narrow.row(down.spans[y].first + k)[i]) * down.of(y)[k];
      }
      out.row(y)[i] = rounded(sum);
    }
  }
  return out;
}

TEST(resample, gives_the_same_bytes_as_the_definition_for_every_shape) {
  std::mt19937 random(20240501);
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)) + 1; };
  for (int round = 0; round < 300; ++round) {
    Image image({upto(round % 3 == 0 ? 5 : 90), upto(round % 3 == 0 ? 5 : 90)}, round % 2 == 0 ? 1 : 3);
    // Extremes, so that overshoot and clamping happen.
    for (auto& sample : image.samples.span())
      sample = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 2 * 255);
    const Size to{round % 7 == 0 ? image.size.width : upto(120),
                  round % 11 == 0 ? image.size.height : upto(120)};
    const Filter filter = round % 4 < 2 ? Filter::lanczos3 : Filter::bilinear;
    ASSERT_EQ(samples(resample(image, to, filter)), samples(by_definition(image, to, filter)))
        << image.size.width << "x" << image.size.height << "x" << image.bands << " to " << to.width << "x"
        << to.height;
  }
}

TEST(resample, portable_and_fast_passes_give_the_same_bytes) {
  std::mt19937 random(7);
  for (const int bands : {1, 3}) {
    for (const int outputs : {1, 7, 8, 33, 100}) {
      const Weights weights = make_weights(61, outputs, Filter::lanczos3, kHorizontalMultiple);
      Bytes from((61 * bands + kRowSlack) * kRowsAtOnce);
      for (auto& sample : from.span()) sample = static_cast<std::uint8_t>(random());
      std::vector<std::vector<std::uint8_t>> made[2];
      for (int way = 0; way < 2; ++way) {
        made[way].assign(kRowsAtOnce, std::vector<std::uint8_t>((outputs + 1) * bands));
        RowGroup group;
        for (int r = 0; r < kRowsAtOnce; ++r) {
          group.from[r] = from.data() + (61 * bands + kRowSlack) * r;
          group.to[r] = made[way][r].data();
        }
        (way == 0 ? portable_passes() : fastest_passes()).horizontal(group, bands, weights);
        for (auto& row : made[way]) row.resize(outputs * bands);
      }
      EXPECT_EQ(made[0], made[1]) << bands << " bands, " << outputs << " outputs";

      const std::uint8_t* rows[] = {from.data(), from.data() + 50, from.data() + 120};
      const std::int32_t three[] = {-900'000, 3 << 20, 1'948'576};
      std::vector<std::uint8_t> a(outputs), b(outputs);
      portable_passes().vertical(rows, three, 3, a.data(), a.size());
      fastest_passes().vertical(rows, three, 3, b.data(), b.size());
      EXPECT_EQ(a, b);
    }
  }
}

}  // namespace
}  // namespace cutroom::imaging
