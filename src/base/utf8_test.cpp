#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace cutroom {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, knows_characters_of_each_length) {
  for (const auto text :
       {""sv, "a\0b"sv, "\xC2\x80 \xDF\xBF"sv, "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"sv,
        "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(to_utf8(text), text);
  }
}

TEST(Utf8, refuses_what_is_no_character) {
  for (const auto text : {"\x80"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2 "sv, "\xE0\x9F\xBF"sv,
                          "\xE2\x82"sv, "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
                          "\xF5\x80\x80\x80"sv, "\xF0\x9F\x98"sv, "a\xFF"sv}) {
    EXPECT_FALSE(is_utf8(text)) << text;
    EXPECT_TRUE(is_utf8(to_utf8(text))) << text;
  }
}

TEST(Utf8, puts_a_mark_in_the_place_of_each_stray_byte_alone) {
  EXPECT_EQ(to_utf8("a\xFF\xC3\xA9\xE2\x82z"), "a\uFFFD\u00E9\uFFFD\uFFFDz");
}

}  // namespace
}  // namespace cutroom
