#include "adapters/codec_vips/png_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/codec_vips/png_filter.hpp"
#include "adapters/codec_vips/test_library.hpp"

namespace cutroom::codec_vips {
namespace {

// With libvips' decoder, which is not ours.
void expect_round_trip(const imaging::Image& image, const std::string& name) {
  const auto file = encode_png(image);
  ASSERT_TRUE(file) << name;
  const auto decoded = vips::VImage::new_from_buffer(
      file->data(), file->size(), "", vips::VImage::option()->set("fail_on", VIPS_FAIL_ON_WARNING));
  ASSERT_EQ(decoded.width(), image.size.width) << name;
  ASSERT_EQ(decoded.height(), image.size.height) << name;
  ASSERT_EQ(decoded.bands(), image.bands) << name;
  std::size_t size = 0;
  void* samples = decoded.write_to_memory(&size);
  EXPECT_TRUE(size == image.samples.size() && std::memcmp(samples, image.samples.data(), size) == 0) << name;
  g_free(samples);
}

imaging::Image gradient(imaging::Size size, int bands, int noise) {
  imaging::Image image(size, bands);
  std::mt19937 random(5);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int band = 0; band < bands; ++band) {
        const int value = 2 * x + 3 * y * (band + 1) + (noise > 0 ? static_cast<int>(random() % noise) : 0);
        image.row(y)[x * bands + band] = static_cast<std::uint8_t>(value);
      }
    }
  }
  return image;
}

TEST(PngEncoder, is_lossless_for_every_number_of_bands_and_odd_sizes) {
  for (const int bands : {1, 3, 4}) {
    for (const imaging::Size size : {imaging::Size{1, 1}, {1, 50}, {50, 1}, {7, 5}, {33, 31}, {257, 129}}) {
      for (const int noise : {0, 7, 256}) {
        expect_round_trip(gradient(size, bands, noise),
                          std::to_string(bands) + " bands, " + std::to_string(size.width) + "x" +
                              std::to_string(size.height) + ", " + std::to_string(noise));
      }
    }
  }
}

TEST(PngEncoder, is_lossless_over_many_blocks) { expect_round_trip(gradient({900, 700}, 4, 11), "2.5 MB"); }

TEST(PngEncoder, is_lossless_where_rows_begin_and_end_empty) {
  std::mt19937 random(6);
  for (int width = 1; width <= 24; ++width) {
    imaging::Image image({width, 60}, 4);
    std::fill_n(image.samples.data(), image.samples.size(), std::uint8_t{0});
    for (int y = 0; y < 60; ++y) {
      if (y % 7 == 0) continue;
      const int begin = static_cast<int>(random() % (4U * static_cast<unsigned>(width)));
      const int end = begin + static_cast<int>(random() % (4U * static_cast<unsigned>(width) - begin) + 1);
      for (int i = begin; i < end; ++i) image.row(y)[i] = static_cast<std::uint8_t>(random());
    }
    expect_round_trip(image, std::to_string(width));
  }
}

TEST(PngEncoder, makes_next_to_nothing_of_what_is_transparent) {
  imaging::Image image({2000, 1000}, 4);
  std::fill_n(image.samples.data(), image.samples.size(), std::uint8_t{0});
  EXPECT_LT(encode_png(image)->size(), 15'000U);
}

TEST(PngEncoder, says_that_colours_are_srgb_and_that_a_mask_is_none) {
  EXPECT_NE(encode_png(gradient({4, 4}, 3, 0))->view().find("sRGB"), std::string_view::npos);
  EXPECT_EQ(encode_png(gradient({4, 4}, 1, 0))->view().find("sRGB"), std::string_view::npos);
}

TEST(NonzeroExtent, finds_the_first_and_last_bytes_that_are_not_zero) {
  for (std::size_t size = 1; size <= 40; ++size) {
    std::vector<std::uint8_t> row(size);
    EXPECT_EQ(nonzero_extent(row.data(), size).begin, nonzero_extent(row.data(), size).end);
    for (std::size_t first = 0; first < size; ++first) {
      for (std::size_t last = first; last < size; ++last) {
        std::fill(row.begin(), row.end(), std::uint8_t{0});
        row[first] = row[last] = 1;
        const Extent extent = nonzero_extent(row.data(), size);
        ASSERT_EQ(extent.begin, first);
        ASSERT_EQ(extent.end, last + 1);
      }
    }
  }
}

}  // namespace
}  // namespace cutroom::codec_vips
