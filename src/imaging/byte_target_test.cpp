#include "imaging/byte_target.hpp"

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

// A file of (pixels * quality / 100) bytes.
class CountingCodec final : public ImageCodec {
 public:
  mutable int runs = 0;
  mutable double dots_per_inch = 0.0;

  Result<Decoded> decode(std::span<const std::uint8_t>, const DecodeLimits&) const override {
    return Error{};
  }
  Result<Bytes> encode(const Image& image, const EncodeOptions& options) const override {
    ++runs;
    dots_per_inch = options.dots_per_inch;
    return Bytes(image.size.pixels() * static_cast<std::size_t>(options.quality) / 100);
  }
};

TEST(EncodeWithin, takes_the_wanted_quality_where_it_fits) {
  const CountingCodec codec;
  const Image image({100, 100}, 3);
  for (const std::size_t most : {0U, 9'500U}) {
    const auto fitted = encode_within(codec, image, {.format = Format::jpeg, .quality = 95}, most);
    ASSERT_TRUE(fitted);
    EXPECT_EQ(fitted->quality, 95);
    EXPECT_EQ(fitted->size, (Size{100, 100}));
  }
  EXPECT_EQ(codec.runs, 2);
}

TEST(EncodeWithin, finds_the_highest_quality_that_fits) {
  const CountingCodec codec;
  for (int quality = kQualityLeast; quality < 95; ++quality) {
    const auto fitted = encode_within(codec, Image({100, 100}, 3), {.format = Format::jpeg, .quality = 95},
                                      static_cast<std::size_t>(quality) * 100 + 50);
    ASSERT_TRUE(fitted);
    EXPECT_EQ(fitted->quality, quality);
    EXPECT_EQ(fitted->size.width, 100);
  }
  EXPECT_LE(codec.runs, 55 * 8);
}

TEST(EncodeWithin, shrinks_where_no_quality_fits_and_keeps_the_printed_size) {
  const CountingCodec codec;
  const Image image({100, 200}, 3);
  const auto fitted =
      encode_within(codec, image, {.format = Format::jpeg, .quality = 95, .dots_per_inch = 300.0}, 4'000);
  ASSERT_TRUE(fitted);
  EXPECT_LE(fitted->file.size(), 4'000U);
  EXPECT_LT(fitted->size.width, 100);
  EXPECT_NEAR(fitted->size.height, 2 * fitted->size.width, 1);
  EXPECT_NEAR(codec.dots_per_inch / 300.0, fitted->size.width / 100.0, 0.01);

  const auto hopeless = encode_within(codec, image, {.format = Format::jpeg, .quality = 95}, 100);
  ASSERT_FALSE(hopeless);
  EXPECT_EQ(hopeless.error().code, Errc::too_large);
}

}  // namespace
}  // namespace cutroom::imaging
