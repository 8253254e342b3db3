#include "adapters/codec_vips/vips_editor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/codec_vips/test_pictures.hpp"
#include "adapters/codec_vips/vips_picture.hpp"

namespace cutroom::codec_vips {
namespace {

using imaging::Format;
using imaging::Image;
using imaging::Size;
using testing::HasSubstr;

TEST(VipsEditor, gives_the_photo_as_it_is_where_nothing_is_asked) {
  const auto edited = edit(file_of(halves({20, 10})), steps({}));
  EXPECT_EQ(edited.main.size, (Size{20, 10}));
  EXPECT_EQ(edited.source, (Size{20, 10}));
  EXPECT_EQ(edited.source_format, "png");
  EXPECT_EQ(at(read(edited.main.bytes), 3, 3), kRed);
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
