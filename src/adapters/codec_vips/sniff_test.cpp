#include "adapters/codec_vips/sniff.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::codec_vips {
namespace {

using std::string_view_literals::operator""sv;
using testing::HasSubstr;

Result<FileKind> sniff_text(std::string_view head) {
  return sniff({reinterpret_cast<const std::uint8_t*>(head.data()), head.size()});
}

TEST(Sniff, knows_every_accepted_format) {
  EXPECT_EQ(*sniff_text("\xFF\xD8\xFF\xE0"sv), FileKind::jpeg);
  EXPECT_EQ(*sniff_text("\x89PNG\r\n\x1A\n"sv), FileKind::png);
  EXPECT_EQ(*sniff_text("RIFF\x10\0\0\0WEBPVP8 "sv), FileKind::webp);
  EXPECT_EQ(*sniff_text("II*\0"sv), FileKind::tiff);
  EXPECT_EQ(*sniff_text("MM\0*"sv), FileKind::tiff);
  EXPECT_EQ(*sniff_text("GIF89a"sv), FileKind::gif);
  EXPECT_EQ(*sniff_text("BM\0\0"sv), FileKind::bmp);
  EXPECT_EQ(*sniff_text("\0\0\0\x18"
                        "ftypavif\0\0\0\0mif1miaf"sv),
            FileKind::avif);
  EXPECT_EQ(*sniff_text("\0\0\0\x18"
                        "ftypmif1\0\0\0\0mif1avif"sv),
            FileKind::avif);
  EXPECT_EQ(*sniff_text("\0\0\0\x18"
                        "ftypheic\0\0\0\0mif1heic"sv),
            FileKind::heic);
}

TEST(Sniff, says_what_a_refused_file_looks_like) {
  const auto message = [](std::string_view head) {
    const auto kind = sniff_text(head);
    EXPECT_FALSE(kind) << head;
    EXPECT_EQ(kind.error().code, Errc::unsupported_media) << head;
    return kind.error().message;
  };
  EXPECT_THAT(message("<!DOCTYPE html><html>"), HasSubstr("The file is an HTML page, not an image"));
  EXPECT_THAT(message("\xEF\xBB\xBF  \n<html lang=en>"), HasSubstr("an HTML page"));
  EXPECT_THAT(message("<svg xmlns='http://www.w3.org/2000/svg'/>"), HasSubstr("an SVG drawing"));
  EXPECT_THAT(message("<?xml version='1.0'?><!-- a --><svg/>"), HasSubstr("an SVG drawing"));
  EXPECT_THAT(message("<?xml version='1.0'?><feed/>"), HasSubstr("an XML document"));
  EXPECT_THAT(message("%PDF-1.7"), HasSubstr("a PDF document"));
  EXPECT_THAT(message("PK\x03\x04"), HasSubstr("a ZIP archive"));
  EXPECT_THAT(message("\0\0\0\x18"
                      "ftypisom\0\0\0\0mp41mp42"sv),
              HasSubstr("a video"));
  EXPECT_THAT(message(R"({"error":"not found"})"), HasSubstr("JSON"));
  EXPECT_THAT(message("Not found\n"), HasSubstr("text, not an image"));
  EXPECT_THAT(message("\x01\x02\x03\x04"), HasSubstr("not an image of a supported format"));
  EXPECT_THAT(message("%PDF-1.7"), HasSubstr("JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF and BMP are accepted"));
}

TEST(Sniff, calls_an_empty_file_empty) {
  const auto kind = sniff({});
  ASSERT_FALSE(kind);
  EXPECT_EQ(kind.error().code, Errc::corrupt_media);
  EXPECT_EQ(kind.error().message, "The file is empty");
}

TEST(Sniff, never_reads_beyond_a_short_file) {
  const std::string_view head =
      "\0\0\xFF\xFF"
      "ftypheicRIFFWEBP"sv;
  for (std::size_t begin = 0; begin < head.size(); ++begin) {
    for (std::size_t size = 1; begin + size <= head.size(); ++size) {
      const std::string copy(head.substr(begin, size));
      (void)sniff_text(copy);
    }
  }
}

}  // namespace
}  // namespace cutroom::codec_vips
