#include "delivery/data_uri.hpp"

#include <gtest/gtest.h>

#include "delivery/base64.hpp"

namespace cutroom::delivery {
namespace {

constexpr std::size_t kMax = 1'000;

std::string decoded(std::string_view uri) {
  const auto bytes = decode_data_uri(uri, kMax);
  return bytes ? std::string(bytes->view()) : "error: " + bytes.error().message;
}

TEST(DataUri, is_known_by_its_scheme) {
  EXPECT_TRUE(is_data_uri("data:,"));
  EXPECT_TRUE(is_data_uri("DATA:image/png;base64,AA=="));
  for (const char* other : {"", "data", "http://x/data:", " data:,x", "dat"})
    EXPECT_FALSE(is_data_uri(other)) << other;
}

TEST(DataUri, decodes_base64) {
  EXPECT_EQ(decoded("data:image/png;base64,aGVsbG8="), "hello");
  EXPECT_EQ(decoded("DATA:image/png;BASE64,aGVsbG8h"), "hello!");
  EXPECT_EQ(decoded("data:;base64,aGVsbA=="), "hell");
  EXPECT_EQ(decoded("data:image/svg+xml;charset=utf-8;base64,aGVsbG8="), "hello");
  EXPECT_EQ(decoded("data:image/png;base64,aGVsbG8%3D"), "hello");
  EXPECT_EQ(decoded("data:image/png;base64,%2b/%2B/"), "\xfb\xff\xbf");
}

TEST(DataUri, decodes_percent_encoded_text) {
  EXPECT_EQ(decoded("data:,hello%20world%21"), "hello world!");
  EXPECT_EQ(decoded("data:text/plain;charset=utf-8,a,b;c"), "a,b;c");
  EXPECT_EQ(decoded("data:base64,abc"), "abc");
  EXPECT_EQ(decoded("data:;x=base64,abc"), "abc");
}

TEST(DataUri, says_what_is_wrong) {
  EXPECT_EQ(decoded("http://x/"), "error: Not a data: URI");
  EXPECT_EQ(decoded("data:image/png;base64"), "error: The data: URI has no comma before its content");
  EXPECT_EQ(decoded("data:,"), "error: The data: URI holds nothing");
  EXPECT_EQ(decoded("data:;base64,"), "error: The data: URI holds nothing");
  for (const char* uri : {"data:,%", "data:,%4", "data:,a%4x", "data:;base64,%3"})
    EXPECT_EQ(decoded(uri), "error: The data: URI has a % that two hexadecimal digits do not follow") << uri;
  for (const char* uri : {"data:;base64,A", "data:;base64,AA", "data:;base64,AAA", "data:;base64,A===",
                          "data:;base64,====", "data:;base64,aGVs bG8=", "data:;base64,aGVsbG8=\n",
                          "data:;base64,aGVsbG8_", "data:;base64,aGVs=G8=", "data:;base64,aGVsbG8=aGVsbG8=",
                          "data:;base64,aGVsbG9=", "data:;base64,aGVsbB==", "data:;base64,a=Vs"})
    EXPECT_EQ(decoded(uri), "error: The data: URI's base64 is not valid") << uri;
}

TEST(DataUri, is_refused_when_it_holds_more_than_allowed) {
  const auto code = [](const std::string& uri, std::size_t max) {
    const auto bytes = decode_data_uri(uri, max);
    return bytes ? std::nullopt : std::optional(bytes.error().code);
  };
  EXPECT_EQ(code("data:;base64,aGVsbG8=", 5), std::nullopt);
  EXPECT_EQ(code("data:;base64,aGVsbG8=", 4), Errc::too_large);
  EXPECT_EQ(code("data:,hello", 5), std::nullopt);
  EXPECT_EQ(code("data:,%68%65%6c%6c%6f", 5), std::nullopt);
  EXPECT_EQ(code("data:,hello", 4), Errc::too_large);
  EXPECT_EQ(code("data:;base64," + std::string(100'000, 'A'), 1'000), Errc::too_large);
}

TEST(Base64, gives_back_every_byte_at_every_place) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t size = 0; size < 600; ++size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + size);
    // The encoder of the test, bit by bit.
    std::string text;
    for (std::size_t bit = 0; bit < size * 8; bit += 6) {
      unsigned value = 0;
      for (std::size_t b = bit; b < bit + 6; ++b)
        value =
            value * 2 + (b < size * 8 ? (static_cast<unsigned char>(bytes[b / 8]) >> (7 - b % 8)) & 1U : 0U);
      text += alphabet[value];
    }
    while (text.size() % 4 != 0) text += '=';
    const auto out = base64_decoded(text);
    ASSERT_TRUE(out) << size;
    EXPECT_TRUE(out->view() == bytes) << size;
    EXPECT_EQ(base64_decoded_size(text), size);
  }
}

TEST(Base64, refuses_every_character_outside_the_alphabet_at_every_place) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int c = 0; c < 256; ++c) {
    const bool valid = alphabet.find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t place = 0; place < 8; ++place) {
      std::string text = "AAAAAAAA";
      text[place] = static_cast<char>(c);
      if (c == '=' && place == 7) continue;
      EXPECT_EQ(base64_decoded(text).has_value(), valid) << c << " at " << place;
    }
  }
}

}  // namespace
}  // namespace cutroom::delivery
