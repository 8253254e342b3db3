#include "adapters/http/repeated_call.hpp"

#include <gtest/gtest.h>

namespace cutroom::http {
namespace {

struct Field {
  std::string name;
  std::string content;
};

Request form_of(const std::string& boundary, const std::vector<Field>& fields) {
  Request request{.verb = Verb::post, .path = "/api/image-queue/remove-bg-queue"};
  request.headers.content_type = "multipart/form-data; boundary=" + boundary;
  for (const Field& field : fields)
    request.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field.name +
                    "\"\r\n\r\n" + field.content + "\r\n";
  request.body += "--" + boundary + "--\r\n";
  return request;
}

std::string of_form(const std::string& boundary, const std::vector<Field>& fields) {
  return fingerprint_of(form_of(boundary, fields));
}

TEST(RepeatedCall, is_the_same_form_whatever_its_boundary) {
  const std::string first = of_form("----WebKitA", {{"recordId", "1"}, {"photo", "bytes"}});
  EXPECT_EQ(of_form("----WebKitB7", {{"recordId", "1"}, {"photo", "bytes"}}), first);
  EXPECT_NE(of_form("----WebKitA", {{"recordId", "2"}, {"photo", "bytes"}}), first);
  EXPECT_NE(of_form("----WebKitA", {{"recordId", "1"}, {"photo", "bytez"}}), first);
  EXPECT_NE(of_form("----WebKitA", {{"recordId", "1"}, {"file", "bytes"}}), first);
  EXPECT_NE(of_form("----WebKitA", {{"recordId", "1"}}), first);
}

TEST(RepeatedCall, does_not_take_the_end_of_one_field_for_the_start_of_the_next) {
  EXPECT_NE(of_form("b", {{"ab", "c"}}), of_form("b", {{"a", "bc"}}));
  EXPECT_NE(of_form("b", {{"a", "1"}, {"b", "2"}}), of_form("b", {{"a", "2"}, {"b", "1"}}));
}

TEST(RepeatedCall, is_told_by_path_and_bytes_where_it_is_no_form) {
  const auto of = [](std::string path, std::string body) {
    return fingerprint_of({.verb = Verb::post, .path = std::move(path), .body = std::move(body)});
  };
  EXPECT_EQ(of("/a", "{}"), of("/a", "{}"));
  EXPECT_NE(of("/a", "{}"), of("/b", "{}"));
  EXPECT_NE(of("/a", "{}"), of("/a", "{ }"));
}

TEST(RepeatedCall, is_its_bytes_where_the_form_can_not_be_read) {
  Request broken = form_of("b", {{"a", "1"}});
  const std::string whole = fingerprint_of(broken);
  broken.body.resize(broken.body.size() - 6);
  const std::string cut = fingerprint_of(broken);
  EXPECT_NE(cut, whole);
  broken.body.back() = '?';
  EXPECT_NE(fingerprint_of(broken), cut);
}

TEST(RepeatedCall, has_no_name_without_a_key) {
  Request request = form_of("b", {});
  EXPECT_FALSE(once_of(request));
  request.headers.idempotency_key = "k";
  request.fingerprint = "f";
  request.caller.vendor = "v";
  ASSERT_TRUE(once_of(request));
  EXPECT_EQ(once_of(request)->scope, "v");
  EXPECT_EQ(once_of(request)->fingerprint, "f");
}

}  // namespace
}  // namespace cutroom::http
