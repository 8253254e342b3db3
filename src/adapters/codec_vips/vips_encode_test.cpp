#include <algorithm>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/codec_vips/test_pictures.hpp"

namespace cutroom::codec_vips {
namespace {

using testing::HasSubstr;
using vips::VImage;

imaging::Image picture(int bands) {
  imaging::Image image({64, 48}, bands);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int band = 0; band < bands; ++band) {
        image.row(y)[x * bands + band] = static_cast<std::uint8_t>(3 * x + 2 * y + 10 * band);
      }
    }
  }
  return image;
}

Result<Bytes> encode(const imaging::Image& image, const imaging::EncodeOptions& options) {
  return VipsCodec(VipsForTests::library()).encode(image, options);
}

void expect_near(const imaging::Image& rgb, const imaging::Image& expected, double mean_max) {
  ASSERT_EQ(rgb.size, expected.size);
  double sum = 0;
  for (int y = 0; y < rgb.size.height; ++y) {
    for (int x = 0; x < rgb.size.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        sum += std::abs(rgb.row(y)[3 * x + c] -
                        expected.row(y)[expected.bands * x + (expected.bands == 1 ? 0 : c)]);
      }
    }
  }
  EXPECT_LT(sum / (3.0 * static_cast<double>(rgb.size.pixels())), mean_max);
}

TEST(Encode, gives_png_back_exactly) {
  for (const int bands : {1, 3, 4}) {
    const auto file = encode(picture(bands), {.format = imaging::Format::png});
    ASSERT_TRUE(file);
    const imaging::Decoded back = read(*file);
    expect_near(back.rgb, picture(bands), 1e-9);
    ASSERT_EQ(back.alpha.has_value(), bands == 4);
    if (back.alpha) {
      EXPECT_EQ(back.alpha->row(7)[9], picture(4).row(7)[4 * 9 + 3]);
    }
  }
}

TEST(Encode, gives_webp_and_jpeg_back_nearly) {
  for (const auto format : {imaging::Format::webp, imaging::Format::jpeg}) {
    for (const int bands : {1, 3, 4}) {
      const auto file = encode(picture(bands), {.format = format, .quality = 95});
      if (format == imaging::Format::jpeg && bands == 4) {
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().code, Errc::invalid_input);
        continue;
      }
      ASSERT_TRUE(file) << file.error().detail;
      const imaging::Decoded back = read(*file);
      EXPECT_EQ(back.format, to_string(format));
      expect_near(back.rgb, picture(bands), 6);
      ASSERT_EQ(back.alpha.has_value(), bands == 4);
      if (back.alpha) {
        EXPECT_NEAR(back.alpha->row(7)[9], picture(4).row(7)[4 * 9 + 3], 3);
      }
    }
  }
}

TEST(Encode, makes_smaller_files_at_lower_quality) {
  for (const auto format : {imaging::Format::webp, imaging::Format::jpeg}) {
    EXPECT_LT(encode(picture(3), {.format = format, .quality = 20})->size(),
              encode(picture(3), {.format = format, .quality = 95})->size());
  }
}

TEST(Encode, says_how_large_it_is_printed) {
  constexpr double kPerMm = 300.0 / 25.4;
  for (const auto format : {imaging::Format::jpeg, imaging::Format::png}) {
    const auto file = encode(picture(3), {.format = format, .dots_per_inch = 300.0});
    ASSERT_TRUE(file);
    const VImage read = VImage::new_from_buffer(file->data(), file->size(), "");
    EXPECT_NEAR(read.xres(), kPerMm, 0.01) << imaging::to_string(format);
    EXPECT_NEAR(read.yres(), kPerMm, 0.01) << imaging::to_string(format);
  }
}

TEST(Encode, names_the_limit_that_a_format_has) {
  imaging::Image wide({16'384, 1}, 3);
  std::fill_n(wide.samples.data(), wide.samples.size(), std::uint8_t{0});
  const auto file = encode(wide, {.format = imaging::Format::webp});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::too_large);
  EXPECT_THAT(file.error().message, HasSubstr("16383"));
}

}  // namespace
}  // namespace cutroom::codec_vips
