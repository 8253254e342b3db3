#include "adapters/fetch_curl/media_sniff.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cutroom::fetch_curl {
namespace {

using namespace std::string_literals;

std::optional<std::string_view> sniff(const std::string& head) {
  return not_an_image(std::span(reinterpret_cast<const std::uint8_t*>(head.data()), head.size()));
}

TEST(MediaSniff, lets_images_pass) {
  for (const std::string& head : {"\xff\xd8\xff\xe0"s, "\x89PNG\r\n\x1a\n"s, "RIFF\x10\0\0\0WEBPVP8 "s,
                                  "\0\0\0\x1c"
                                  "ftypavif"s,
                                  "\0\0\0\x1c"
                                  "ftypheic"s,
                                  "\0\0\0\x1c"
                                  "ftypmif1"s,
                                  "II*\0"s, "MM\0*"s, "GIF89a"s, "BM\x10\0\0\0"s})
    EXPECT_EQ(sniff(head), std::nullopt) << head;
}

TEST(MediaSniff, leaves_to_the_codec_what_it_does_not_know) {
  EXPECT_EQ(sniff("\x01\x02\x03\x04"s), std::nullopt);
  EXPECT_EQ(sniff(""s), std::nullopt);
}

TEST(MediaSniff, names_what_is_no_image) {
  EXPECT_EQ(sniff("<!DOCTYPE html><html>"s), "an HTML page");
  EXPECT_EQ(sniff("\n\n  <HTML lang=\"de\">"s), "an HTML page");
  EXPECT_EQ(sniff("\xef\xbb\xbf<html>"s), "an HTML page");
  EXPECT_EQ(sniff("<?xml version=\"1.0\"?>\n<svg xmlns="s), "an SVG drawing");
  EXPECT_EQ(sniff("<?xml version=\"1.0\"?><!DOCTYPE html><html>"s), "an HTML page");
  EXPECT_EQ(sniff("<?xml version=\"1.0\"?><Error>NoSuchKey</Error>"s), "an XML document");
  EXPECT_EQ(sniff("<svg width=\"1\">"s), "an SVG drawing");
  EXPECT_EQ(sniff("%PDF-1.7\n%\xe2\xe3"s), "a PDF document");
  EXPECT_EQ(sniff("{\"error\": \"not found\"}"s), "JSON data");
  EXPECT_EQ(sniff("Not found"s), "text");
  EXPECT_EQ(sniff("--frame\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff"s), "an answer in several parts");
  EXPECT_EQ(sniff("PK\3\4\x14"s), "a ZIP archive");
  EXPECT_EQ(sniff("\x1f\x8b\x08"s), "a gzip archive");
  EXPECT_EQ(sniff("\0\0\0\x20"
                  "ftypisom"s),
            "a video");
}

}  // namespace
}  // namespace cutroom::fetch_curl
