#include "adapters/codec_vips/vips_editor.hpp"

#include <array>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/codec_vips/test_library.hpp"
#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/codec_vips/vips_picture.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Format;
using imaging::Image;
using imaging::ResizeFit;
using imaging::Rgb;
using imaging::Rgba;
using imaging::Size;
using testing::HasSubstr;

constexpr Rgb kRed{200, 30, 30};
constexpr Rgb kBlue{30, 30, 200};

// Left half red, right half blue; with a mark at the top left corner where asked for.
Image halves(Size size, int bands = 3) {
  Image image(size, bands);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Rgb colour = x < size.width / 2 ? kRed : kBlue;
      std::uint8_t* at = image.row(y) + x * bands;
      at[0] = colour.r;
      at[1] = colour.g;
      at[2] = colour.b;
      if (bands == 4) at[3] = 255;
    }
  }
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

void fill(Image& image, imaging::Rect rect, Rgba colour) {
  const std::array<std::uint8_t, 4> samples{colour.r, colour.g, colour.b, colour.a};
  for (int y = rect.y; y < rect.y + rect.height; ++y)
    for (int x = rect.x; x < rect.x + rect.width; ++x)
      std::copy_n(samples.data(), image.bands, image.row(y) + x * image.bands);
}

// Any photo: no two parts of it alike.
Image noise(Size size) {
  Image image(size, 3);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    image.samples[i] = static_cast<std::uint8_t>(state >> 24U);
  }
  return image;
}

Bytes file_of(const Image& image, imaging::EncodeOptions options = {}) {
  auto bytes = VipsCodec(VipsForTests::library()).encode(image, options);
  EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().text());
  return std::move(*bytes);
}

imaging::Decoded read(const Bytes& file) {
  auto decoded = VipsCodec(VipsForTests::library()).decode(file.span(), {});
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().text());
  return decoded ? std::move(*decoded) : imaging::Decoded{};
}

Result<imaging::Edited> try_edit(const Bytes& photo, const imaging::ImageOperations& operations,
                                 const imaging::Overlays& overlays = {}) {
  return VipsEditor(VipsForTests::library()).edit(photo.span(), overlays, operations, {}, {}, [](int, int) {
  });
}

imaging::Edited edit(const Bytes& photo, const imaging::ImageOperations& operations,
                     const imaging::Overlays& overlays = {}) {
  auto edited = try_edit(photo, operations, overlays);
  EXPECT_TRUE(edited) << (edited ? "" : edited.error().text() + " " + edited.error().detail);
  return edited ? std::move(*edited) : imaging::Edited{};
}

imaging::ImageOperations steps(std::vector<imaging::AnyStep> list) {
  imaging::ImageOperations operations;
  for (auto& one : list)
    operations.steps.push_back({.what = std::move(one), .position = operations.steps.size()});
  operations.output.format = Format::png;
  return operations;
}

// The picture after one step.
imaging::Decoded after(const Image& picture, imaging::AnyStep step, const imaging::Overlays& overlays = {}) {
  return read(edit(file_of(picture), steps({std::move(step)}), overlays).main.bytes);
}

Rgb at(const imaging::Decoded& picture, int x, int y) {
  const std::uint8_t* p = picture.rgb.row(y) + 3 * x;
  return {p[0], p[1], p[2]};
}
int alpha_at(const imaging::Decoded& picture, int x, int y) {
  return picture.alpha ? picture.alpha->row(y)[x] : 255;
}
bool near(Rgb a, Rgb b, int by = 3) {
  return std::abs(a.r - b.r) <= by && std::abs(a.g - b.g) <= by && std::abs(a.b - b.b) <= by;
}

TEST(VipsEditor, gives_the_photo_as_it_is_where_nothing_is_asked) {
  const auto edited = edit(file_of(halves({20, 10})), steps({}));
  EXPECT_EQ(edited.main.size, (Size{20, 10}));
  EXPECT_EQ(edited.source, (Size{20, 10}));
  EXPECT_EQ(edited.source_format, "png");
  EXPECT_EQ(at(read(edited.main.bytes), 3, 3), kRed);
}

TEST(VipsEditor, resizes_by_every_fit_to_exactly_the_size_that_was_asked_for) {
  const Image photo = halves({120, 60});
  const auto size = [&](ResizeFit fit) {
    return after(photo, imaging::Resize{.width = 41, .height = 33, .fit = fit}).rgb.size;
  };
  EXPECT_EQ(size(ResizeFit::cover), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::contain), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::fill), (Size{41, 33}));
  EXPECT_EQ(size(ResizeFit::inside), (Size{41, 21}));
  EXPECT_EQ(size(ResizeFit::outside), (Size{66, 33}));
}

TEST(VipsEditor, covers_from_the_place_that_was_asked_for) {
  const Image photo = halves({120, 60});
  const imaging::Resize left{.width = 30, .height = 30, .place = imaging::Place::left};
  EXPECT_TRUE(near(at(after(photo, left), 25, 15), kRed, 8));
  const imaging::Resize right{.width = 30, .height = 30, .place = imaging::Place::right};
  EXPECT_TRUE(near(at(after(photo, right), 4, 15), kBlue, 8));
}

TEST(VipsEditor, contains_on_a_background_or_on_nothing) {
  const Image photo = halves({120, 60});
  imaging::Resize resize{.width = 60, .height = 60, .fit = ResizeFit::contain};
  const auto open = after(photo, resize);
  EXPECT_EQ(alpha_at(open, 30, 2), 0);
  EXPECT_EQ(alpha_at(open, 30, 30), 255);
  resize.background = {0, 255, 0, 255};
  const auto green = after(photo, resize);
  EXPECT_FALSE(green.alpha);
  EXPECT_EQ(at(green, 30, 2), (Rgb{0, 255, 0}));
}

TEST(VipsEditor, keeps_hidden_colours_out_of_visible_ones_when_it_scales) {
  // White where it can be seen; red, but fully transparent, beside it.
  Image photo(Size{64, 64}, 4);
  fill(photo, {0, 0, 64, 64}, {255, 0, 0, 0});
  fill(photo, {0, 0, 31, 64}, {255, 255, 255, 255});
  const auto small = after(photo, imaging::Resize{.width = 16});
  for (int x = 0; x < 16; ++x)
    if (alpha_at(small, x, 8) > 20) {
      EXPECT_TRUE(near(at(small, x, 8), {255, 255, 255}, 12)) << x;
    }
}

TEST(VipsEditor, crops_a_rectangle_and_refuses_one_that_sticks_out) {
  const Image photo = halves({100, 50});
  const auto cropped =
      after(photo, imaging::Crop{.corner = imaging::Offset{45, 10}, .width = 10, .height = 5});
  EXPECT_EQ(cropped.rgb.size, (Size{10, 5}));
  EXPECT_EQ(at(cropped, 4, 0), kRed);
  EXPECT_EQ(at(cropped, 5, 0), kBlue);

  const auto refused = try_edit(
      file_of(photo),
      steps({imaging::Mirror{}, imaging::Crop{.corner = imaging::Offset{95, 0}, .width = 10, .height = 5}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_input);
  EXPECT_THAT(refused.error().text(), HasSubstr("operations[1]: the rectangle of 10 x 5 at 95, 0"));
}

TEST(VipsEditor, crops_by_entropy_and_attention_where_something_is_to_be_seen) {
  Image photo = plain({200, 60}, {128, 128, 128});
  const Image busy = noise({40, 40});
  for (int y = 0; y < 40; ++y) std::copy_n(busy.row(y), 120, photo.row(y + 10) + 3 * 150);
  for (const auto focus : {imaging::Focus::entropy, imaging::Focus::attention}) {
    const auto cropped = after(photo, imaging::Crop{.width = 60, .height = 60, .focus = focus});
    EXPECT_EQ(cropped.rgb.size, (Size{60, 60}));
    int differing = 0;
    for (int x = 0; x < 60; ++x) differing += near(at(cropped, x, 30), {128, 128, 128}, 5) ? 0 : 1;
    EXPECT_GE(differing, 30) << static_cast<int>(focus);
  }
  // Larger than the picture: as much as there is.
  EXPECT_EQ(after(photo, imaging::Crop{.width = 500, .height = 30}).rgb.size, (Size{200, 30}));
}

TEST(VipsEditor, rotates_clockwise_by_quarters_without_loss) {
  const Image photo = halves({40, 20});
  const auto right = after(photo, imaging::Rotate{.degrees = 90});
  EXPECT_EQ(right.rgb.size, (Size{20, 40}));
  EXPECT_EQ(at(right, 10, 0), kRed);  // What was left is up.
  const auto left = after(photo, imaging::Rotate{.degrees = -90});
  EXPECT_EQ(at(left, 10, 0), kBlue);
  EXPECT_EQ(at(after(photo, imaging::Rotate{.degrees = 180}), 0, 0), kBlue);
  EXPECT_EQ(after(photo, imaging::Rotate{.degrees = 360}).rgb.size, (Size{40, 20}));
}

TEST(VipsEditor, rotates_by_any_angle_onto_a_background) {
  const Image photo = halves({80, 40});
  const auto open = after(photo, imaging::Rotate{.degrees = 30});
  EXPECT_NEAR(open.rgb.size.width, 80 * std::cos(M_PI / 6) + 40 * std::sin(M_PI / 6), 2);
  EXPECT_NEAR(open.rgb.size.height, 80 * std::sin(M_PI / 6) + 40 * std::cos(M_PI / 6), 2);
  EXPECT_EQ(alpha_at(open, 1, 1), 0);
  // Clockwise: the left end goes up.
  EXPECT_TRUE(near(at(open, open.rgb.size.width / 4, open.rgb.size.height / 3), kRed));

  const auto white = after(photo, imaging::Rotate{.degrees = 30, .background = {255, 255, 255, 255}});
  EXPECT_FALSE(white.alpha);
  EXPECT_EQ(at(white, 1, 1), (Rgb{255, 255, 255}));

  const auto half = after(photo, imaging::Rotate{.degrees = 30, .background = {0, 200, 0, 128}});
  EXPECT_NEAR(alpha_at(half, 1, 1), 128, 1);
  EXPECT_TRUE(near(at(half, 1, 1), {0, 200, 0}));
}

TEST(VipsEditor, mirrors_both_ways) {
  Image photo = halves({40, 20});
  fill(photo, {0, 0, 40, 2}, {0, 255, 0, 255});
  EXPECT_EQ(at(after(photo, imaging::Mirror{.upside_down = false}), 0, 10), kBlue);
  EXPECT_EQ(at(after(photo, imaging::Mirror{.upside_down = true}), 0, 19), (Rgb{0, 255, 0}));
}

TEST(VipsEditor, flattens_onto_a_background) {
  Image photo = halves({20, 10}, 4);
  fill(photo, {0, 0, 5, 10}, {0, 0, 0, 0});
  const auto flat = after(photo, imaging::Flatten{.background = {1, 2, 3}});
  EXPECT_FALSE(flat.alpha);
  EXPECT_EQ(at(flat, 2, 5), (Rgb{1, 2, 3}));
}

TEST(VipsEditor, pads_and_extends) {
  const Image photo = halves({20, 10});
  const auto padded =
      after(photo, imaging::Pad{.top = 1, .right = 2, .bottom = 3, .left = 4, .background = {9, 8, 7, 255}});
  EXPECT_EQ(padded.rgb.size, (Size{26, 14}));
  EXPECT_EQ(at(padded, 3, 5), (Rgb{9, 8, 7}));
  EXPECT_EQ(at(padded, 4, 1), kRed);
  EXPECT_EQ(at(padded, 24, 5), (Rgb{9, 8, 7}));

  const auto open = after(photo, imaging::Extend{.width = 40, .height = 5, .place = imaging::Place::right});
  EXPECT_EQ(open.rgb.size, (Size{40, 10}));
  EXPECT_EQ(alpha_at(open, 0, 0), 0);
  EXPECT_EQ(at(open, 39, 0), kBlue);
}

TEST(VipsEditor, trims_borders_of_one_colour) {
  Image photo = plain({60, 40}, {250, 250, 250});
  fill(photo, {10, 5, 30, 20}, {30, 30, 200, 255});
  EXPECT_EQ(after(photo, imaging::Trim{}).rgb.size, (Size{30, 20}));
  EXPECT_EQ(after(photo, imaging::Trim{.background = Rgb{250, 250, 250}}).rgb.size, (Size{30, 20}));
  // Nothing but border stays as it is.
  EXPECT_EQ(after(plain({60, 40}, kRed), imaging::Trim{}).rgb.size, (Size{60, 40}));

  Image open(Size{60, 40}, 4);
  fill(open, {0, 0, 60, 40}, {0, 0, 0, 0});
  fill(open, {20, 10, 5, 6}, {200, 30, 30, 255});
  EXPECT_EQ(after(open, imaging::Trim{}).rgb.size, (Size{5, 6}));
}

TEST(VipsEditor, sharpens_an_edge_and_leaves_flat_parts_alone) {
  Image photo = plain({40, 40}, {90, 90, 90});
  for (int x = 18; x < 40; ++x) {
    const auto v = static_cast<std::uint8_t>(std::min(90 + 10 * (x - 17), 150));
    fill(photo, {x, 0, 1, 40}, {v, v, v, 255});
  }
  const auto sharp = after(photo, imaging::Sharpen{.sigma = 2, .amount = 3});
  EXPECT_TRUE(near(at(sharp, 2, 20), {90, 90, 90}, 1));
  EXPECT_LT(at(sharp, 17, 20).r, 90);
  int brightest = 0;
  for (int x = 18; x < 40; ++x) brightest = std::max<int>(brightest, at(sharp, x, 20).r);
  EXPECT_GT(brightest, 152);
}

TEST(VipsEditor, blurs_little_and_much_without_changing_the_mean) {
  const Image photo = noise({96, 64});
  for (const double sigma : {2.0, 12.0, 250.0}) {
    const auto soft = after(photo, imaging::Blur{.sigma = sigma});
    EXPECT_EQ(soft.rgb.size, (Size{96, 64}));
    EXPECT_TRUE(near(at(soft, 40, 30), {127, 127, 127}, sigma < 8 ? 45 : 12)) << sigma;
  }
}

TEST(VipsEditor, puts_an_image_on_the_picture) {
  const Image photo = plain({200, 100}, {0, 0, 0});
  imaging::Overlays overlays;
  overlays.emplace("logo", file_of(plain({10, 10}, {255, 255, 255})));
  const imaging::Watermark mark{
      .image_url = "logo", .place = imaging::Place::bottom_right, .opacity = 0.5, .size = 0.2, .margin = 0.1};
  const auto marked = after(photo, mark, overlays);
  EXPECT_FALSE(marked.alpha);
  EXPECT_EQ(marked.rgb.size, (Size{200, 100}));
  // 40 x 40, 10 from the border: from 150, 50 to 190, 90.
  EXPECT_TRUE(near(at(marked, 170, 70), {128, 128, 128}));
  EXPECT_EQ(at(marked, 148, 70), (Rgb{0, 0, 0}));
  EXPECT_EQ(at(marked, 192, 70), (Rgb{0, 0, 0}));
  EXPECT_EQ(at(marked, 20, 20), (Rgb{0, 0, 0}));

  imaging::Watermark all = mark;
  all.tile = true;
  const auto tiled = after(photo, all, overlays);
  int bright = 0;
  for (int x = 0; x < 200; ++x) bright += at(tiled, x, 20).r > 100 ? 1 : 0;
  EXPECT_GT(bright, 60);
  EXPECT_LT(bright, 190);
}

TEST(VipsEditor, writes_text_on_the_picture) {
  const Image photo = plain({300, 150}, {0, 0, 120});
  const imaging::Watermark mark{
      .text = "A <b> & C\t\"x\"", .place = imaging::Place::centre, .opacity = 1, .size = 0.8};
  const auto marked = after(photo, mark);
  int white = 0;
  int left = 300;
  int right = 0;
  for (int y = 0; y < 150; ++y) {
    for (int x = 0; x < 300; ++x) {
      if (!near(at(marked, x, y), {255, 255, 255}, 30)) continue;
      ++white;
      left = std::min(left, x);
      right = std::max(right, x);
    }
  }
  EXPECT_GT(white, 300);
  EXPECT_NEAR(right - left, 240, 24);
  EXPECT_NEAR((right + left) / 2, 150, 10);

  const auto blank = try_edit(file_of(photo), steps({imaging::Watermark{.text = " \n"}}));
  ASSERT_FALSE(blank);
  EXPECT_EQ(blank.error().text(), "operations[0].text must not be blank");
}

TEST(VipsEditor, writes_the_format_that_was_asked_for_or_the_photos_own) {
  const Bytes jpeg = file_of(halves({40, 20}), {.format = Format::jpeg});
  imaging::ImageOperations operations;
  EXPECT_EQ(read(edit(jpeg, operations).main.bytes).format, "jpeg");
  operations.output.format = Format::webp;
  EXPECT_EQ(read(edit(jpeg, operations).main.bytes).format, "webp");
  // No transparency in a JPEG: onto white.
  operations = {};
  operations.output.format = Format::jpeg;
  Image open = halves({40, 20}, 4);
  fill(open, {0, 0, 40, 20}, {0, 0, 0, 0});
  EXPECT_TRUE(near(at(read(edit(file_of(open), operations).main.bytes), 5, 5), {255, 255, 255}));
  // A photo that has become transparent can't stay a JPEG by itself.
  operations = {};
  operations.steps.push_back({.what = imaging::Pad{.top = 5}});
  EXPECT_EQ(edit(jpeg, operations).main.format, Format::png);
}

TEST(VipsEditor, writes_avif_or_says_that_it_cant) {
  imaging::ImageOperations operations;
  operations.output.format = Format::avif;
  const auto edited = try_edit(file_of(halves({64, 48})), operations);
  if (VipsEditor(VipsForTests::library()).can_write(Format::avif)) {
    ASSERT_TRUE(edited) << edited.error().text() << edited.error().detail;
    EXPECT_EQ(read(edited->main.bytes).format, "avif");
    EXPECT_TRUE(near(at(read(edited->main.bytes), 10, 20), kRed, 12));
  } else {
    EXPECT_THAT(edited.error().text(), HasSubstr("can't write avif"));
  }
}

TEST(VipsEditor, brings_a_file_below_its_byte_target_by_quality_and_then_by_size) {
  const Bytes photo = file_of(noise({200, 150}));
  imaging::ImageOperations operations;
  operations.output = {.format = Format::jpeg, .quality = 95, .bytes_max = 20'000};
  const auto coarser = edit(photo, operations);
  EXPECT_LE(coarser.main.bytes.size(), 20'000U);
  EXPECT_EQ(coarser.main.size, (Size{200, 150}));
  EXPECT_LT(coarser.main.quality, 95);
  EXPECT_GE(coarser.main.quality, 40);

  operations.output.bytes_max = 3'000;
  const auto smaller = edit(photo, operations);
  EXPECT_LE(smaller.main.bytes.size(), 3'000U);
  EXPECT_LT(smaller.main.size.width, 200);
  EXPECT_NEAR(1.0 * smaller.main.size.width / smaller.main.size.height, 4.0 / 3.0, 0.05);

  operations.output.bytes_max = 100;
  EXPECT_EQ(try_edit(photo, operations).error().code, Errc::too_large);
}

// A JPEG with an EXIF block: held sideways, and a maker's name.
Bytes with_exif(const Image& image) {
  const auto view = view_of(image).copy();
  vips_image_set_int(view.get_image(), VIPS_META_ORIENTATION, 6);
  vips_image_set_string(view.get_image(), "exif-ifd0-Make",
                        "Acme Cameras (Acme Cameras, ASCII, 13 components, 13 bytes)");
  void* data = nullptr;
  std::size_t size = 0;
  view.write_to_buffer(".jpg", &data, &size);
  Bytes file = Bytes::copy_of({static_cast<const std::uint8_t*>(data), size});
  g_free(data);
  return file;
}

TEST(VipsEditor, strips_metadata_unless_it_is_to_be_kept) {
  const Bytes photo = with_exif(halves({40, 20}));
  ASSERT_THAT(std::string(photo.view()), HasSubstr("Acme Cameras"));
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    imaging::ImageOperations operations;
    operations.output.format = format;
    EXPECT_THAT(std::string(edit(photo, operations).main.bytes.view()),
                testing::Not(HasSubstr("Acme Cameras")));

    operations.output.keep_metadata = true;
    const auto kept = edit(photo, operations);
    EXPECT_EQ(kept.main.size, (Size{20, 40}));  // Upright.
    if (format != Format::png) {                // There it is compressed.
      EXPECT_THAT(std::string(kept.main.bytes.view()), HasSubstr("Acme Cameras"));
    }
    // And not turned once more by who reads it.
    EXPECT_EQ(read(kept.main.bytes).rgb.size, (Size{20, 40}));
  }
}

TEST(VipsEditor, makes_thumbnails_of_the_finished_picture) {
  imaging::ImageOperations operations =
      steps({imaging::Crop{.corner = imaging::Offset{0, 0}, .width = 40, .height = 40}});
  operations.output.format = Format::jpeg;
  operations.thumbnails = {
      {.name = "s", .resize = {.width = 10}},
      {.name = "wide", .resize = {.width = 30, .height = 10}, .format = Format::webp, .quality = 50}};
  const auto edited = edit(file_of(halves({80, 40})), operations);
  EXPECT_EQ(edited.main.size, (Size{40, 40}));
  ASSERT_EQ(edited.thumbnails.size(), 2U);
  EXPECT_EQ(edited.thumbnails[0].name, "s");
  EXPECT_EQ(edited.thumbnails[0].format, Format::jpeg);
  EXPECT_EQ(read(edited.thumbnails[0].bytes).rgb.size, (Size{10, 10}));
  EXPECT_TRUE(near(at(read(edited.thumbnails[0].bytes), 5, 5), kRed, 10));
  EXPECT_EQ(read(edited.thumbnails[1].bytes).format, "webp");
  EXPECT_EQ(edited.thumbnails[1].size, (Size{30, 10}));
  EXPECT_EQ(edited.thumbnails[1].quality, 50);
}

TEST(VipsEditor, refuses_pictures_beyond_the_limit_before_it_makes_them) {
  const auto refused = try_edit(file_of(halves({40, 20})),
                                steps({imaging::Pad{.right = 16'000}, imaging::Pad{.bottom = 16'000}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  EXPECT_THAT(refused.error().text(), HasSubstr("operations[1] would make a picture of 16040 x 16020"));

  // A line of pixels made tall.
  const auto tall = try_edit(file_of(halves({40, 2})), steps({imaging::Resize{.height = 4'000}}));
  ASSERT_FALSE(tall);
  EXPECT_EQ(tall.error().code, Errc::too_large);
}

TEST(VipsEditor, says_what_is_wrong_with_photo_or_overlay) {
  const Bytes photo = file_of(halves({40, 20}));
  const Bytes rubbish = Bytes::copy_of(std::string_view("<svg xmlns='http://www.w3.org/2000/svg'/>"));
  EXPECT_EQ(try_edit(rubbish, steps({})).error().code, Errc::unsupported_media);
  imaging::Overlays overlays;
  overlays.emplace("logo", Bytes::copy_of(rubbish.span()));
  const auto bad = try_edit(photo, steps({imaging::Watermark{.image_url = "logo"}}), overlays);
  EXPECT_EQ(bad.error().code, Errc::unsupported_media);
  EXPECT_THAT(bad.error().text(), HasSubstr("The watermark's image: "));
}

TEST(VipsEditor, reports_each_step_and_ends_after_a_stop_request) {
  const Bytes photo = file_of(halves({40, 20}));
  std::stop_source stop;
  std::vector<int> done;
  const auto ended =
      VipsEditor(VipsForTests::library())
          .edit(photo.span(), {}, steps({imaging::Mirror{}, imaging::Mirror{}, imaging::Mirror{}}), {},
                stop.get_token(), [&](int step, int of) {
                  EXPECT_EQ(of, 5);
                  done.push_back(step);
                  if (step == 2) stop.request_stop();
                });
  EXPECT_EQ(ended.error().code, Errc::cancelled);
  EXPECT_THAT(done, testing::ElementsAre(1, 2));
}

}  // namespace
}  // namespace cutroom::codec_vips
