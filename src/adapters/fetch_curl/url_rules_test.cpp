#include "adapters/fetch_curl/url_rules.hpp"

#include <gtest/gtest.h>

namespace cutroom::fetch_curl {
namespace {

Result<PhotoUrl> check(std::string_view url, const Options& options = {}) {
  return UrlRules(options).check(url);
}

Options allowing(std::string_view cidr) { return {.allow = {parse_cidr(cidr).value()}}; }

std::string refusal(std::string_view url, const Options& options = {}) {
  const auto result = check(url, options);
  if (result) return "allowed";
  EXPECT_EQ(result.error().code, Errc::address_refused) << url;
  return result.error().message;
}

TEST(UrlRules, allow_ordinary_addresses) {
  for (const char* url : {"http://photos.example.com/a.jpg", "https://photos.example.com/a.jpg?sig=1&x=%20",
                          "HTTPS://EXAMPLE.COM/A", "http://example.com:80/", "https://example.com:443/",
                          "http://example.com:443/", "http://8.8.8.8/a.png", "http://[2606:4700::1111]/a.png",
                          "http://example.com./", "http://example.com/a file.jpg", "http://example.com/ü.jpg",
                          "http://bücher.example/"})
    EXPECT_TRUE(check(url)) << url << ": " << check(url).error().message;
}

TEST(UrlRules, call_invalid_what_is_no_url) {
  for (const char* url :
       {"", "photo.jpg", "/a/b.jpg", "//example.com/a.jpg", "http:", "http://", "http:example.com",
        "http://exa mple.com/", "http://example.com:99999/", "http://example.com:x/",
        "http://ex%00ample.com/", "http://example.com/\r\nHost: x", "http://::1/", "http://\xff\xfe/"}) {
    const auto result = check(url);
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().code, Errc::invalid_input) << url;
    EXPECT_EQ(result.error().message, "The photo's address is not a valid URL");
  }
  EXPECT_FALSE(check(std::string("http://example.com\0.evil/", 25)));
}

TEST(UrlRules, bound_the_length) {
  Options options;
  options.url_length_max = 40;
  EXPECT_TRUE(check("http://example.com/" + std::string(21, 'x'), options));
  const auto result = check("http://example.com/" + std::string(22, 'x'), options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid_input);
  EXPECT_EQ(result.error().message, "The photo's address is longer than 40 characters");
}

TEST(UrlRules, refuse_other_schemes_by_name) {
  EXPECT_EQ(refusal("file:///etc/passwd"),
            "The photo's address points to a file: URL; only http and https are allowed");
  for (const char* url : {"ftp://example.com/a.jpg", "gopher://example.com/", "ldap://example.com/",
                          "dict://x:1/", "javascript://x/", "s3://bucket/key", "FTP://example.com/"})
    EXPECT_NE(refusal(url).find(": URL; only http and https are allowed"), std::string::npos) << url;
}

TEST(UrlRules, refuse_user_info) {
  for (const char* url :
       {"http://user@example.com/", "http://user:secret@example.com/", "http://@example.com/",
        "http://:secret@example.com/", "http://example.com\\@evil.example/"})
    EXPECT_EQ(refusal(url), "The photo's address must not hold a user name or password") << url;
}

TEST(UrlRules, refuse_other_ports_than_the_configured_ones) {
  EXPECT_EQ(refusal("http://example.com:8080/"),
            "The photo's address points to port 8080; only 80 and 443 are allowed");
  EXPECT_NE(refusal("http://example.com:0/"), "allowed");
  EXPECT_NE(refusal("http://example.com:22/"), "allowed");
  Options options;
  options.extra_ports = {8080, 9000};
  EXPECT_TRUE(check("http://example.com:8080/", options));
  EXPECT_EQ(refusal("http://example.com:81/", options),
            "The photo's address points to port 81; only 80, 443, 8080 and 9000 are allowed");
}

TEST(UrlRules, refuse_every_spelling_of_an_inner_address) {
  EXPECT_EQ(refusal("http://169.254.169.254/latest/meta-data"),
            "The photo's address points to 169.254.169.254, which is not allowed (link-local addresses)");
  for (const char* url : {"http://127.0.0.1/",
                          "http://127.0.0.1./",
                          "http://127.1/",
                          "http://0x7f.1/",
                          "http://0x7f000001/",
                          "http://2130706433/",
                          "http://017700000001/",
                          "http://0177.0.0.01/",
                          "http://127%2e0.0.1/",
                          "http://%31%32%37.0.0.1/",
                          "http://①②⑦.⓪.⓪.①/",
                          "http://127。0。0。1/",
                          "http://０x7f.1/",
                          "http://[::1]/",
                          "http://[0:0:0:0:0:0:0:1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://[::FFFF:7F00:1]/",
                          "http://[::127.0.0.1]/",
                          "http://[2002:7f00:1::]/",
                          "http://[64:ff9b::7f00:1]/"})
    EXPECT_NE(refusal(url).find("which is not allowed (loopback addresses)"), std::string::npos)
        << url << ": " << refusal(url);
  for (const char* url : {"http://0/", "http://0.0.0.0/", "http://[::]/", "http://256/"})
    EXPECT_NE(refusal(url).find("which is not allowed (addresses of this host)"), std::string::npos)
        << url << ": " << refusal(url);
  EXPECT_NE(refusal("http://[fe80::1%25eth0]/").find("link-local"), std::string::npos);
  EXPECT_NE(refusal("http://10.0.0.1:8080/").find("private networks"), std::string::npos);
}

TEST(UrlRules, leave_to_the_connection_what_a_name_leads_to) {
  EXPECT_TRUE(check("http://localhost/"));
  EXPECT_TRUE(check("http://intranet.example/"));
}

TEST(UrlRules, free_the_port_for_addresses_of_the_allow_list) {
  const Options options = allowing("127.0.0.1/32");
  EXPECT_TRUE(check("http://127.0.0.1:8080/", options));
  EXPECT_TRUE(check("http://[::ffff:127.0.0.1]:8080/", options));
  EXPECT_NE(refusal("http://127.0.0.2:8080/", options), "allowed");
  EXPECT_NE(refusal("http://8.8.8.8:8080/", options), "allowed");
  EXPECT_NE(refusal("http://[::1]:8080/", options), "allowed");
  // A name may lead there: decided when the connection is made.
  const UrlRules rules(options);
  const auto url = rules.check("http://photos.local:8080/");
  ASSERT_TRUE(url);
  EXPECT_TRUE(rules.may_connect(*url, *IpAddress::parse("127.0.0.1"), 8080, {}));
  const auto refused = rules.may_connect(*url, *IpAddress::parse("8.8.8.8"), 8080, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "The photo's address points to port 8080; only 80 and 443 are allowed");
}

TEST(UrlRules, keep_the_address_behind_a_name_out_of_the_message) {
  const UrlRules rules{Options{}};
  const auto url = rules.check("http://intranet.example/");
  const auto refused = rules.may_connect(*url, *IpAddress::parse("10.1.2.3"), 80, {.redirect = 2});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::address_refused);
  EXPECT_EQ(refused.error().message,
            "Redirect number 2 leads to intranet.example, which is not allowed (private networks)");
  EXPECT_EQ(refused.error().detail, "10.1.2.3 is in 10.0.0.0/8");
}

TEST(UrlRules, compare_hosts_by_whole_labels) {
  Options options;
  options.hosts = {"photos.example.com", "*.cdn.example", "Bücher.example"};
  for (const char* url :
       {"http://photos.example.com/", "http://PHOTOS.Example.com./", "http://a.cdn.example/",
        "http://a.b.cdn.example/", "http://xn--bcher-kva.example/", "http://bücher.example/"})
    EXPECT_TRUE(check(url, options)) << url;
  for (const char* url : {"http://example.com/", "http://a.photos.example.com/",
                          "http://xphotos.example.com/", "http://cdn.example/", "http://evilcdn.example/",
                          "http://photos.example.com.evil.example/", "http://8.8.8.8/"})
    EXPECT_EQ(refusal(url, options),
              "The photo's address points to a host that is not on the list of allowed hosts")
        << url;
}

TEST(UrlRules, refuse_all_hosts_where_the_list_holds_mistakes_only) {
  Options options;
  options.hosts = {"http://example.com/"};
  EXPECT_NE(refusal("http://example.com/", options), "allowed");
}

TEST(UrlRules, judge_each_redirect_from_where_it_was_met) {
  const UrlRules rules{Options{}};
  const auto from = rules.check("https://example.com:443/a/b/c.jpg?q");
  ASSERT_TRUE(from);
  EXPECT_EQ(rules.follow(*from, "../d.jpg", {.redirect = 1})->loggable(), "https://example.com:443/a/d.jpg");
  EXPECT_EQ(rules.follow(*from, "/x y", {.redirect = 1})->loggable(), "https://example.com:443/x%20y");
  EXPECT_EQ(rules.follow(*from, "//other.example/", {.redirect = 1})->loggable(),
            "https://other.example:443/");
  const auto message = [&](std::string_view location) {
    return rules.follow(*from, location, {.redirect = 2}).error().message;
  };
  EXPECT_EQ(message("http://127.0.0.1/"),
            "Redirect number 2 leads to 127.0.0.1, which is not allowed (loopback addresses)");
  EXPECT_EQ(message("//10.0.0.1/"),
            "Redirect number 2 leads to 10.0.0.1, which is not allowed (private networks)");
  EXPECT_EQ(message("file:///etc/passwd"),
            "Redirect number 2 leads to a file: URL; only http and https are allowed");
  EXPECT_EQ(message("http://u:p@example.com/"), "Redirect number 2 must not hold a user name or password");
  EXPECT_EQ(message("http://example.com:25/"),
            "Redirect number 2 leads to port 25; only 80 and 443 are allowed");
  EXPECT_EQ(message("http://exa mple.com/"), "Redirect number 2 leads to something that is not a valid URL");
  EXPECT_EQ(message(""), "Redirect number 2 leads to something that is not a valid URL");
}

TEST(ComparableHost, is_a_name_alone) {
  EXPECT_EQ(comparable_host("Example.COM."), "example.com");
  EXPECT_EQ(comparable_host("bücher.example"), "xn--bcher-kva.example");
  for (const char* wrong : {"", "http://x", "x/y", "x:80", "a@b", "x?y", "x#y", "a b"})
    EXPECT_EQ(comparable_host(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace cutroom::fetch_curl
