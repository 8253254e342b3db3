#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/codec_vips/test_library.hpp"
#include "adapters/codec_vips/vips_codec.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Rgb;
using testing::HasSubstr;
using vips::VImage;

Result<imaging::Decoded> decode(std::span<const std::uint8_t> file,
                                const imaging::DecodeLimits& limits = {}) {
  return VipsCodec(VipsForTests::library()).decode(file, limits);
}

imaging::Decoded decoded(std::span<const std::uint8_t> file) {
  auto result = decode(file);
  EXPECT_TRUE(result) << (result ? "" : result.error().text() + " " + result.error().detail);
  return result ? std::move(*result) : imaging::Decoded{};
}

Bytes saved(const VImage& image, const std::string& suffix, vips::VOption* options = nullptr) {
  void* data = nullptr;
  std::size_t size = 0;
  image.write_to_buffer(suffix.c_str(), &data, &size, options);
  Bytes file = Bytes::copy_of({static_cast<const std::uint8_t*>(data), size});
  g_free(data);
  return file;
}

constexpr Rgb kRed{200, 30, 30};
constexpr Rgb kGreen{30, 200, 30};
constexpr Rgb kBlue{30, 30, 200};
constexpr Rgb kWhite{240, 240, 240};

// Four fields of 32 x 16: top left, top right, bottom left, bottom right. 16-pixel borders, where JPEG's
// blocks end.
VImage fields(const std::array<Rgb, 4>& colours) {
  const auto field = [](Rgb c) {
    return VImage::black(32, 16).new_from_image({double(c.r), double(c.g), double(c.b)});
  };
  const VImage top = field(colours[0]).join(field(colours[1]), VIPS_DIRECTION_HORIZONTAL);
  const VImage bottom = field(colours[2]).join(field(colours[3]), VIPS_DIRECTION_HORIZONTAL);
  return top.join(bottom, VIPS_DIRECTION_VERTICAL)
      .cast(VIPS_FORMAT_UCHAR)
      .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

VImage fields() { return fields({kRed, kGreen, kBlue, kWhite}); }

// The middles of the four quarters.
void expect_fields(const imaging::Image& image, const std::array<Rgb, 4>& colours, int tolerance,
                   const std::string& name) {
  for (std::size_t i = 0; i < 4; ++i) {
    const int x = image.size.width * (i % 2 == 0 ? 1 : 3) / 4;
    const int y = image.size.height * (i < 2 ? 1 : 3) / 4;
    const std::uint8_t* at = image.row(y) + 3 * x;
    EXPECT_NEAR(at[0], colours[i].r, tolerance) << name << " field " << i;
    EXPECT_NEAR(at[1], colours[i].g, tolerance) << name << " field " << i;
    EXPECT_NEAR(at[2], colours[i].b, tolerance) << name << " field " << i;
  }
}

TEST(Decode, turns_all_eight_exif_orientations_upright) {
  constexpr Rgb R = kRed, G = kGreen, B = kBlue, W = kWhite;
  const std::array<std::array<Rgb, 4>, 8> upright{{{R, G, B, W},
                                                   {G, R, W, B},
                                                   {W, B, G, R},
                                                   {B, W, R, G},
                                                   {R, B, G, W},
                                                   {B, R, W, G},
                                                   {W, G, B, R},
                                                   {G, W, R, B}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    VImage image = fields().copy();
    image.set(VIPS_META_ORIENTATION, orientation);
    const Bytes file = saved(image, ".jpg", VImage::option()->set("Q", 95));
    const imaging::Decoded picture = decoded(file.span());
    const std::string name = "orientation " + std::to_string(orientation);
    EXPECT_EQ(picture.rgb.size, orientation < 5 ? (imaging::Size{64, 32}) : (imaging::Size{32, 64})) << name;
    expect_fields(picture.rgb, upright[static_cast<std::size_t>(orientation - 1)], 6, name);
    EXPECT_EQ(picture.format, "jpeg");
  }
}

TEST(Decode, turns_alpha_with_the_colours) {
  const VImage left_half =
      VImage::black(32, 32).invert().join(VImage::black(32, 32), VIPS_DIRECTION_HORIZONTAL);
  VImage image = fields().bandjoin(left_half);
  image.set(VIPS_META_ORIENTATION, 6);
  const Bytes file = saved(image, ".webp", VImage::option()->set("lossless", true));
  const imaging::Decoded picture = decoded(file.span());
  ASSERT_TRUE(picture.alpha);
  EXPECT_EQ(picture.alpha->size, (imaging::Size{32, 64}));
  EXPECT_EQ(picture.alpha->row(10)[16], 255);
  EXPECT_EQ(picture.alpha->row(54)[16], 0);
}

void expect_format(const std::string& suffix, const std::string& name) {
  const imaging::Decoded picture = decoded(saved(fields(), suffix).span());
  EXPECT_EQ(picture.format, name);
  EXPECT_FALSE(picture.alpha) << name;
  expect_fields(picture.rgb, {kRed, kGreen, kBlue, kWhite}, 12, name);
}

TEST(Decode, reads_png_webp_tiff_and_gif) {
  expect_format(".png", "png");
  expect_format(".webp", "webp");
  expect_format(".tif", "tiff");
  expect_format(".gif", "gif");
}

// Not in thread-sanitized builds: the encoders of these two, which only tests use, share strings between
// threads in ways that the sanitizer can't follow, since they aren't built with it.
#ifndef __SANITIZE_THREAD__
TEST(Decode, reads_avif_and_heic) {
  expect_format(".avif", "avif");
  expect_format(".heic", "heic");
}
#endif

TEST(Decode, converts_cmyk_by_its_profile_and_without_one) {
  // Colours that ink can print.
  const std::array<Rgb, 4> colours{Rgb{150, 80, 70}, Rgb{90, 140, 90}, Rgb{90, 90, 140}, Rgb{225, 222, 218}};
  const VImage cmyk = fields(colours).icc_transform(
      "cmyk", VImage::option()->set("input_profile", "srgb")->set("intent", VIPS_INTENT_PERCEPTUAL));
  ASSERT_EQ(cmyk.bands(), 4);
  expect_fields(decoded(saved(cmyk, ".jpg", VImage::option()->set("Q", 95)).span()).rgb, colours, 14,
                "profile");
  const Bytes bare = saved(cmyk, ".jpg", VImage::option()->set("Q", 95)->set("strip", true));
  expect_fields(decoded(bare.span()).rgb, colours, 14, "no profile");
}

TEST(Decode, converts_wide_gamut_colours) {
  const VImage p3 = fields().icc_transform("p3", VImage::option()->set("input_profile", "srgb"));
  const Bytes file = saved(p3, ".jpg", VImage::option()->set("Q", 98));
  expect_fields(decoded(file.span()).rgb, {kRed, kGreen, kBlue, kWhite}, 8, "Display P3");
  // The samples themselves are others, or this would show nothing.
  EXPECT_GT(std::abs(p3.getpoint(5, 5)[0] - kRed.r), 10);
}

TEST(Decode, leaves_samples_alone_where_the_profile_is_srgb) {
  const VImage tagged = fields().icc_transform("srgb", VImage::option()->set("input_profile", "srgb"));
  const Bytes file = saved(tagged, ".png");
  expect_fields(decoded(file.span()).rgb, {kRed, kGreen, kBlue, kWhite}, 0, "sRGB");
}

TEST(Decode, survives_a_profile_that_is_garbage) {
  VImage image = fields().copy();
  std::string garbage(300, 'x');
  VipsBlob* blob = vips_blob_copy(garbage.data(), garbage.size());
  std::size_t size = 0;
  vips_image_set_blob_copy(image.get_image(), VIPS_META_ICC_NAME, vips_blob_get(blob, &size), garbage.size());
  vips_area_unref(VIPS_AREA(blob));
  expect_fields(decoded(saved(image, ".tif").span()).rgb, {kRed, kGreen, kBlue, kWhite}, 0, "garbage");
}

TEST(Decode, brings_16_bits_down_to_8) {
  const VImage deep = (fields() * 257)
                          .cast(VIPS_FORMAT_USHORT)
                          .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_RGB16));
  expect_fields(decoded(saved(deep, ".png").span()).rgb, {kRed, kGreen, kBlue, kWhite}, 1, "16 bits");

  const VImage alpha = (VImage::black(64, 32) + 128 * 257).cast(VIPS_FORMAT_USHORT);
  const imaging::Decoded picture = decoded(saved(deep.bandjoin(alpha), ".png").span());
  ASSERT_TRUE(picture.alpha);
  EXPECT_EQ(picture.alpha->row(3)[3], 128);
  expect_fields(picture.rgb, {kRed, kGreen, kBlue, kWhite}, 1, "16 bits with alpha");
}

TEST(Decode, makes_grey_pictures_rgb) {
  const VImage grey = (VImage::black(64, 32) + 90).cast(VIPS_FORMAT_UCHAR);
  const Rgb g{90, 90, 90};
  expect_fields(decoded(saved(grey, ".png").span()).rgb, {g, g, g, g}, 0, "grey");
  expect_fields(decoded(saved(grey, ".jpg").span()).rgb, {g, g, g, g}, 1, "grey jpeg");
  const VImage deep = (grey * 257)
                          .cast(VIPS_FORMAT_USHORT)
                          .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_GREY16));
  expect_fields(decoded(saved(deep, ".png").span()).rgb, {g, g, g, g}, 0, "grey, 16 bits");
  const imaging::Decoded with_alpha = decoded(saved(grey.bandjoin(77), ".png").span());
  expect_fields(with_alpha.rgb, {g, g, g, g}, 0, "grey with alpha");
  ASSERT_TRUE(with_alpha.alpha);
  EXPECT_EQ(with_alpha.alpha->row(0)[0], 77);
}

TEST(Decode, looks_palettes_up) {
  const Bytes file = saved(fields(), ".png", VImage::option()->set("palette", true)->set("Q", 100));
  ASSERT_NE(file.view().find("PLTE"), std::string_view::npos);
  expect_fields(decoded(file.span()).rgb, {kRed, kGreen, kBlue, kWhite}, 2, "palette");
}

TEST(Decode, gives_alpha_apart_and_only_where_there_is_some) {
  const imaging::Decoded half = decoded(saved(fields().bandjoin(128), ".png").span());
  ASSERT_TRUE(half.alpha);
  EXPECT_EQ(half.alpha->bands, 1);
  EXPECT_EQ(half.alpha->row(31)[63], 128);
  EXPECT_EQ(half.rgb.bands, 3);
  expect_fields(half.rgb, {kRed, kGreen, kBlue, kWhite}, 0, "half");
  EXPECT_FALSE(decoded(saved(fields().bandjoin(255), ".png").span()).alpha);
}

TEST(Decode, takes_the_first_frame_of_an_animation) {
  VImage frames = fields().join(fields().invert(), VIPS_DIRECTION_VERTICAL).copy();
  frames.set(VIPS_META_PAGE_HEIGHT, 32);
  for (const char* suffix : {".gif", ".webp"}) {
    const imaging::Decoded picture = decoded(saved(frames, suffix).span());
    EXPECT_EQ(picture.rgb.size, (imaging::Size{64, 32})) << suffix;
    expect_fields(picture.rgb, {kRed, kGreen, kBlue, kWhite}, 12, suffix);
  }
}

TEST(Decode, says_corrupt_of_files_that_are_cut_off) {
  const VImage noise =
      VImage::gaussnoise(128, 128, VImage::option()->set("mean", 128)).cast(VIPS_FORMAT_UCHAR);
  for (const char* suffix : {".jpg", ".png", ".webp", ".tif", ".gif"}) {
    const Bytes whole = saved(noise, suffix);
    for (const double share : {0.02, 0.5, 0.9}) {
      const auto size = static_cast<std::size_t>(static_cast<double>(whole.size()) * share);
      const auto result = decode(whole.span().first(size));
      ASSERT_FALSE(result) << suffix << " " << share;
      EXPECT_EQ(result.error().code, Errc::corrupt_media) << suffix << " " << share << result.error().text();
      EXPECT_FALSE(result.error().detail.empty()) << suffix << " " << share;
    }
  }
  EXPECT_EQ(decode({}).error().code, Errc::corrupt_media);
}

TEST(Decode, refuses_what_is_no_image_by_name) {
  const auto refused = [](std::string_view text) {
    const auto result = decode(Bytes::copy_of(text).span());
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unsupported_media);
    return result.error().message;
  };
  EXPECT_THAT(refused("<!DOCTYPE html><title>Sign in</title>"),
              HasSubstr("The file is an HTML page, not an image"));
  EXPECT_THAT(refused("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>"), HasSubstr("SVG"));
}

TEST(Decode, refuses_a_bomb_by_its_head_naming_both_figures) {
  const Bytes file = saved(VImage::black(10'000, 10'000), ".png", VImage::option()->set("compression", 1));
  ASSERT_LT(file.size(), 1'000'000U);
  // Without nearly all of its pixels: whoever decoded would say that it is cut off.
  const auto result = decode(file.span().first(1000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::too_large);
  EXPECT_EQ(result.error().message,
            "The picture has 100 million pixels (10000 x 10000); at most 50 million are accepted");
}

TEST(Decode, refuses_too_many_bytes_naming_both_figures) {
  const Bytes file = saved(fields(), ".png");
  const auto result = decode(file.span(), {.bytes_max = 20, .pixels_max = 1000});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::too_large);
}

TEST(Decode, counts_pixels_of_bmp_files_too) {
  Bytes file(54);
  std::fill_n(file.data(), file.size(), std::uint8_t{0});
  file[0] = 'B';
  file[1] = 'M';
  file[14] = 40;
  file[20] = 1;  // 65536 wide.
  file[24] = 1;  // 65536 high.
  file[28] = 24;
  const auto result = decode(file.span());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::too_large) << result.error().text();
}

TEST(Decode, works_on_several_threads_at_once) {
  const Bytes good = saved(fields(), ".jpg", VImage::option()->set("Q", 95));
  const auto bad = good.span().first(good.size() / 2);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        expect_fields(decoded(good.span()).rgb, {kRed, kGreen, kBlue, kWhite}, 6, "thread");
        EXPECT_FALSE(decode(bad));
      }
    });
  }
}

}  // namespace
}  // namespace cutroom::codec_vips
