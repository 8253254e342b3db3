#include "adapters/http/conditions.hpp"

#include <gtest/gtest.h>

#include "adapters/http/header_params.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/path_pattern.hpp"

namespace cutroom::http {
namespace {

TEST(Conditions, an_etag_is_found_in_a_list) {
  EXPECT_TRUE(none_match_hits("\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_hits("\"x\", W/\"a\" ,\"y\"", "\"a\""));
  EXPECT_TRUE(none_match_hits(" * ", "\"a\""));
  EXPECT_FALSE(none_match_hits("", "\"a\""));
  EXPECT_FALSE(none_match_hits("\"b\"", "\"a\""));
  EXPECT_FALSE(none_match_hits("a", "\"a\""));
}

TEST(Conditions, single_ranges_are_served) {
  const auto range = [](std::string_view header) { return choose_range(header, "", "\"e\"", 10); };
  EXPECT_EQ(range("bytes=0-3"), RangeAnswer(ByteRange{0, 4}));
  EXPECT_EQ(range("bytes=9-"), RangeAnswer(ByteRange{9, 1}));
  EXPECT_EQ(range("bytes=2-100"), RangeAnswer(ByteRange{2, 8}));
  EXPECT_EQ(range("bytes=-3"), RangeAnswer(ByteRange{7, 3}));
  EXPECT_EQ(range("bytes=-30"), RangeAnswer(ByteRange{0, 10}));
}

TEST(Conditions, ranges_beyond_the_end_are_unsatisfiable) {
  EXPECT_EQ(choose_range("bytes=10-", "", "\"e\"", 10), RangeAnswer(Unsatisfiable{}));
  EXPECT_EQ(choose_range("bytes=-0", "", "\"e\"", 10), RangeAnswer(Unsatisfiable{}));
  EXPECT_EQ(choose_range("bytes=0-", "", "\"e\"", 0), RangeAnswer(Unsatisfiable{}));
}

TEST(Conditions, what_is_not_one_good_range_gets_the_whole) {
  for (const char* header : {"", "bytes=", "bytes=a-b", "bytes=3-1", "lines=0-3", "bytes=0-1,4-5", "bytes=-",
                             "bytes=99999999999999999999-", "bytes=--1", "bytes=+1-2"})
    EXPECT_EQ(choose_range(header, "", "\"e\"", 10), RangeAnswer(WholeFile{})) << header;
}

TEST(Conditions, if_range_holds_only_for_the_same_file) {
  EXPECT_EQ(choose_range("bytes=0-3", "\"e\"", "\"e\"", 10), RangeAnswer(ByteRange{0, 4}));
  EXPECT_EQ(choose_range("bytes=0-3", "\"f\"", "\"e\"", 10), RangeAnswer(WholeFile{}));
  EXPECT_EQ(choose_range("bytes=0-3", "W/\"e\"", "\"e\"", 10), RangeAnswer(WholeFile{}));
}

TEST(PathPattern, names_stand_for_one_segment) {
  std::array<std::string, 2> params;
  EXPECT_TRUE(match_path("/job/:id", "/job/17", params));
  EXPECT_EQ(params[0], "17");
  EXPECT_TRUE(match_path("/a/:x/b/:y", "/a/1%2F2/b/%41", params));
  EXPECT_EQ(params[0], "1/2");
  EXPECT_EQ(params[1], "A");
  EXPECT_TRUE(match_path("/job/:id", "/job/17/", params));
  for (const char* path : {"/job", "/job/", "/job/1/2", "/jobs/1", "job/1", "", "/", "/job/%4"})
    EXPECT_FALSE(match_path("/job/:id", path, params)) << path;
}

TEST(PathPattern, a_star_stands_for_the_rest) {
  std::array<std::string, 2> params;
  EXPECT_TRUE(match_path("/assets/*key", "/assets/3f/3fa4.png", params));
  EXPECT_EQ(params[0], "3f/3fa4.png");
  EXPECT_FALSE(match_path("/assets/*key", "/assets/", params));
  EXPECT_FALSE(match_path("/assets/*key", "/assets", params));
}

TEST(PathPattern, the_root_is_only_the_root) {
  std::array<std::string, 2> params;
  EXPECT_TRUE(match_path("/", "/", params));
  EXPECT_FALSE(match_path("/", "/x", params));
}

TEST(HeaderParams, are_found_whatever_stands_before_them) {
  EXPECT_EQ(header_value(" form-data ; name=x"), "form-data");
  EXPECT_EQ(header_param("form-data; filename=\"a;name=b\"; name=c", "name"), "c");
  EXPECT_EQ(header_param("x; flag; NAME = c ;d=e", "name"), "c");
  EXPECT_EQ(header_param("x; name=", "name"), "");
  for (const char* header : {"", "x", "x;", "x; name", "x; name=\"open", "x; other=\"open; name=c", "name=c"})
    EXPECT_FALSE(header_param(header, "name")) << header;
}

TEST(JsonText, writes_fields_in_order_and_escapes) {
  JsonText json;
  json.text("a", "x\"\n\\\x01");
  json.number("b", -7);
  json.flag("c", false);
  json.raw("d", "");
  json.raw("e", "[1]");
  EXPECT_EQ(std::move(json).str(), R"({"a":"x\"\n\\\u0001","b":-7,"c":false,"d":null,"e":[1]})");
  EXPECT_EQ(JsonText().str(), "{}");
}

// What a client sends may come back to it in an error.
TEST(JsonText, is_json_whatever_bytes_it_is_given) {
  JsonText json;
  json.text("a", "\xC3\xA9\xFFz");
  json.text("b", "\xC3");
  EXPECT_EQ(std::move(json).str(), "{\"a\":\"\u00e9\uFFFDz\",\"b\":\"\uFFFD\"}");
}

TEST(JsonText, times_have_milliseconds) {
  EXPECT_EQ(iso8601(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso8601(from_unix_ms(1'715'000'000'007)), "2024-05-06T12:53:20.007Z");
}

}  // namespace
}  // namespace cutroom::http
