#include "adapters/http/multipart.hpp"

#include <random>

#include <gtest/gtest.h>

namespace cutroom::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=----X7f";
const std::string kDelimiter = "------X7f";

std::string form_with(std::string_view content) {
  return kDelimiter + "\r\nContent-Disposition: form-data; name=\"recordId\"\r\n\r\n17\r\n" + kDelimiter +
         "\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: "
         "image/png\r\n\r\n" +
         std::string(content) + "\r\n" + kDelimiter + "--\r\n";
}

void expect_exact(const std::string& content) {
  const std::string body = form_with(content);
  const auto parts = parse_form(kType, body);
  ASSERT_TRUE(parts) << parts.error().text();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "recordId");
  EXPECT_EQ((*parts)[0].content, "17");
  EXPECT_EQ((*parts)[1].name, "photo");
  EXPECT_EQ((*parts)[1].filename, "a.png");
  EXPECT_EQ((*parts)[1].content_type, "image/png");
  EXPECT_TRUE((*parts)[1].content == content) << "got " << (*parts)[1].content.size() << " bytes";
}

void expect_refused(std::string_view type, const std::string& body, Errc code = Errc::invalid_input) {
  const auto parts = parse_form(type, body);
  ASSERT_FALSE(parts) << body;
  EXPECT_EQ(parts.error().code, code) << parts.error().text();
}

TEST(Multipart, contents_come_through_byte_for_byte) {
  for (const std::string& content :
       {std::string(), std::string("plain"), std::string("a\r\nb\r\n"), std::string("ends in cr\r"),
        std::string("ends in lf\n"), std::string("\r\n\r\n\r"), std::string("nul\0\0\r\n\0", 8),
        std::string(1, '\0'), std::string("From somebody\r\n.\r\n")})
    expect_exact(content);
}

TEST(Multipart, lines_that_look_like_boundaries_are_content) {
  for (const std::string& content :
       {"a\n" + kDelimiter + "\nb", "a\n" + kDelimiter + "--\nb", "a\r\n" + kDelimiter + "x\r\nb",
        "-" + kDelimiter + "\r\n", "a\r\n" + kDelimiter + " b\r\n",
        "a\r\n" + kDelimiter.substr(0, 5) + "\r\n", "a\r" + kDelimiter + "\r\n",
        "a\r\n" + kDelimiter + "-\r\n", "\r\r\n-" + kDelimiter})
    expect_exact(content);
}

TEST(Multipart, an_empty_content_may_do_without_a_line_end_of_its_own) {
  const auto parts =
      parse_form(kType, kDelimiter + "\r\nContent-Disposition: form-data; name=x\r\n\r\n" + kDelimiter +
                            "\r\nContent-Disposition: form-data; name=y\r\n\r\n\r\n" + kDelimiter + "--");
  ASSERT_TRUE(parts) << parts.error().text();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].content, "");
  EXPECT_EQ((*parts)[1].content, "");
}

TEST(Multipart, twenty_megabytes_of_anything_come_through) {
  constexpr std::size_t kSize = 20U << 20U;
  std::mt19937 random(7);
  std::string noise(kSize, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  expect_exact(noise);
  std::string almost;
  while (almost.size() < kSize) almost += "\r\n" + kDelimiter.substr(0, kDelimiter.size() - 1);
  expect_exact(almost);
}

TEST(Multipart, a_boundary_may_be_quoted_and_lines_padded) {
  const auto parts = parse_form("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"",
                                "--a b \t\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b\t\r\n"
                                "content-disposition:form-data;name=\"y\"\r\n\r\n2\r\n--a b--trailing words");
  ASSERT_TRUE(parts) << parts.error().text();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].content, "1");
  EXPECT_EQ((*parts)[1].name, "y");
  EXPECT_EQ((*parts)[1].content, "2");
}

TEST(Multipart, names_may_have_escaped_quotes) {
  const auto parts =
      parse_form("multipart/form-data; boundary=b",
                 "--b\r\nContent-Disposition: form-data; filename=\"C:\\x\\\"y;z\"; name=\"a\\\"b\"\r\n\r\n"
                 "\r\n--b--");
  ASSERT_TRUE(parts) << parts.error().text();
  EXPECT_EQ(parts->front().name, "a\"b");
  EXPECT_EQ(parts->front().filename, "C:\\x\"y;z");
}

TEST(Multipart, an_empty_form_has_no_parts) {
  const auto parts = parse_form("multipart/form-data; boundary=b", "--b--\r\n");
  ASSERT_TRUE(parts);
  EXPECT_TRUE(parts->empty());
}

TEST(Multipart, whatever_is_cut_off_is_refused) {
  const std::string body = form_with("some\r\ncontent");
  const std::size_t last_needed = body.rfind("--\r\n") + 2;
  for (std::size_t size = 0; size < last_needed; ++size) expect_refused(kType, body.substr(0, size));
  EXPECT_TRUE(parse_form(kType, body.substr(0, last_needed)));
}

TEST(Multipart, broken_forms_are_refused) {
  expect_refused("multipart/form-data", form_with("x"));
  expect_refused("multipart/form-data; boundary=", form_with("x"));
  expect_refused("multipart/form-data; boundary=\"open", form_with("x"));
  expect_refused("multipart/form-data; boundary=" + std::string(71, 'b'), "--" + std::string(71, 'b') + "--");
  expect_refused(kType, "junk before\r\n" + form_with("x"));
  expect_refused(kType, kDelimiter + "\r\n\r\nno header\r\n" + kDelimiter + "--");
  expect_refused(kType,
                 kDelimiter + "\r\nContent-Disposition: attachment; name=x\r\n\r\n\r\n" + kDelimiter + "--");
  expect_refused(kType, kDelimiter + "\r\nContent-Disposition: form-data\r\n\r\n\r\n" + kDelimiter + "--");
  expect_refused(kType, kDelimiter + "\r\nno colon\r\n\r\n\r\n" + kDelimiter + "--");
  expect_refused(kType,
                 kDelimiter +
                     "\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                     "aGk=\r\n" +
                     kDelimiter + "--");
}

TEST(Multipart, part_count_and_header_size_are_bounded) {
  std::string many;
  for (int i = 0; i < 33; ++i) many += kDelimiter + "\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n";
  expect_refused(kType, many + kDelimiter + "--", Errc::too_large);
  expect_refused(kType,
                 kDelimiter + "\r\nX: " + std::string(10'000, 'a') +
                     "\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n" + kDelimiter + "--",
                 Errc::too_large);
}

TEST(Multipart, garbage_never_crashes_it) {
  std::mt19937 random(11);
  const std::string body = form_with("some\r\ncontent");
  const std::string_view alphabet = "\r\n-:;=\"\\ X7f\0a";
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = body;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % damaged.size();
      if (random() % 3 == 0)
        damaged.erase(at, random() % 9);
      else
        damaged[at] = alphabet[random() % alphabet.size()];
    }
    const auto parts = parse_form(kType, damaged);
    if (parts) {
      EXPECT_LE(parts->size(), 32U);
    }
  }
}

}  // namespace
}  // namespace cutroom::http
