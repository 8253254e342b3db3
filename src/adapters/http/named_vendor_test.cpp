#include "adapters/http/named_vendor.hpp"

#include <gtest/gtest.h>

namespace cutroom::http {
namespace {

std::string in_json(std::string body) { return named_vendor({.verb = Verb::post, .body = std::move(body)}); }

TEST(NamedVendor, is_the_vendor_id_of_the_outermost_object) {
  EXPECT_EQ(in_json(R"({"recordId":1,"vendorId":"acme","photoUrl":"https://x"})"), "acme");
  EXPECT_EQ(in_json(R"({"vendorId":17})"), "17");
  EXPECT_EQ(in_json(R"({"vendorId":"\u0061b"})"), "ab");
  EXPECT_EQ(in_json(R"({"options":{"vendorId":"inner"},"list":[{"vendorId":"x"}],"vendorId":"outer"})"),
            "outer");
  EXPECT_EQ(in_json(R"({"vendorId":"first","vendorId":"last"})"), "last");
  EXPECT_EQ(in_json(R"({"vendorId":"first","vendorId":null})"), "");
}

TEST(NamedVendor, is_empty_where_there_is_none_or_can_be_none) {
  for (const char* body :
       {"", "{}", "[]", R"({"vendorId":null})", R"({"vendorId":true})", R"({"vendorId":1.5})",
        R"({"vendorId":{"a":"b"}})", R"({"vendorId":["a"]})", R"({"vendorId":"a)", R"({"VendorId":"a"})",
        R"({"options":{"vendorId":"a"}})", R"(["vendorId","a"])", R"({"vendorId":"a\nb"})"})
    EXPECT_EQ(in_json(body), "") << body;
  EXPECT_EQ(in_json("{\"vendorId\":\"" + std::string(256, 'a') + "\"}"), "");
  EXPECT_EQ(in_json("{\"vendorId\":\"" + std::string(255, 'a') + "\"}"), std::string(255, 'a'));
  EXPECT_EQ(in_json("{\"vendorId\":\"a\",\"x\":" + std::string(100, '[') + std::string(100, ']') + "}"), "");
}

TEST(NamedVendor, is_found_in_a_form) {
  Request request{.verb = Verb::post};
  request.headers.content_type = "multipart/form-data; boundary=b";
  request.body =
      "--b\r\nContent-Disposition: form-data; name=\"vendorId\"\r\n\r\nacme\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n\r\nbytes\r\n--b--";
  EXPECT_EQ(named_vendor(request), "acme");
  request.body = "--b\r\nnothing";
  EXPECT_EQ(named_vendor(request), "");
}

}  // namespace
}  // namespace cutroom::http
