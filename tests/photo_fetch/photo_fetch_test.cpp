// The fetcher against a real server on loopback: what it accepts and what it refuses.
#include <gtest/gtest.h>

#include "photo_fetch/connect_watch.hpp"
#include "photo_fetch/fetch_in_test.hpp"
#include "support/photo_server.hpp"

namespace cutroom::fetch_curl {
namespace {

using test::PhotoServer;
using test::small_png;
using test::take_connects;

class PhotoFetch : public testing::Test {
 protected:
  PhotoFetch() { take_connects(); }

  Result<delivery::Photo> get(std::string_view path) { return fetch(loopback_allowed(), server_.url(path)); }
  Error error_of(std::string_view path) {
    const auto result = get(path);
    return result ? Error{.code = Errc::internal, .message = "fetched"} : result.error();
  }
  std::string port() const { return std::to_string(server_.port()); }
  std::string here() const { return "127.0.0.1:" + port(); }

  PhotoServer server_;
};

TEST_F(PhotoFetch, brings_the_photos_bytes) {
  for (const char* path : {"/photo.png", "/photo", "/chunked", "/continue"}) {
    const auto photo = get(path);
    ASSERT_TRUE(photo) << path << ": " << photo.error().text() << " " << photo.error().detail;
    EXPECT_TRUE(photo->bytes.view() == small_png()) << path;
  }
}

TEST_F(PhotoFetch, asks_for_the_bytes_as_they_are_and_tells_nothing_of_itself) {
  ASSERT_TRUE(get("/photo.png"));
  const auto request = server_.last_request("/photo.png");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.head,
            "Host: " + here() + "\r\nUser-Agent: Cutroom\r\nAccept: */*\r\nAccept-Encoding: identity\r\n");
}

TEST_F(PhotoFetch, encodes_spaces_and_letters_beyond_ascii) {
  server_.answer("/a%20%c3%bc.png", 200, "image/png", std::string(small_png()));
  EXPECT_TRUE(get("/a ü.png"));
}

TEST_F(PhotoFetch, keeps_the_connection_for_the_next_photo) {
  CurlPhotoSource source(loopback_allowed());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(fetch(source, server_.url("/photo.png")));
  EXPECT_EQ(server_.connections(), 1U);
  EXPECT_EQ(server_.requests(), 3U);
}

TEST_F(PhotoFetch, uses_no_proxy_of_the_environment) {
  setenv("http_proxy", "http://127.0.0.1:1/", 1);
  setenv("ALL_PROXY", "socks5://127.0.0.1:1/", 1);
  EXPECT_TRUE(get("/photo.png"));
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  EXPECT_EQ(take_connects(), std::vector{here()});
}

TEST_F(PhotoFetch, accepts_no_status_but_200) {
  for (const char* path : {"/status/404", "/status/403", "/status/410", "/status/401", "/status/204",
                           "/status/304", "/partial", "/redirect-nowhere"})
    EXPECT_EQ(error_of(path).code, Errc::upstream_missing) << path;
  for (const char* path : {"/status/500", "/status/503", "/status/408", "/status/425", "/status/429"})
    EXPECT_EQ(error_of(path).code, Errc::upstream_failed) << path;
  EXPECT_EQ(error_of("/status/404").message, "The photo's server answered 404");
  EXPECT_EQ(error_of("/partial").message, "The photo's server answered 206");
}

TEST_F(PhotoFetch, says_what_came_instead_of_an_image) {
  const auto expect = [&](const char* path, const char* message) {
    const Error error = error_of(path);
    EXPECT_EQ(error.code, Errc::unsupported_media) << path;
    EXPECT_EQ(error.message, message);
  };
  expect("/html", "The address answers with an HTML page, not an image");
  expect("/svg", "The address answers with an SVG drawing, not an image");
  expect("/text", "The address answers with text, not an image");
  expect("/multipart", "The address answers with an answer in several parts, not an image");
  expect("/empty", "The address answers with nothing, not an image");
  expect("/gzip", "The photo's server sent the photo compressed, which it was asked not to");
}

TEST_F(PhotoFetch, stops_reading_a_page_at_its_first_bytes) {
  server_.answer("/long.html", 200, "text/html", "<!doctype html>" + std::string(20U << 20U, ' '));
  Options options = loopback_allowed();
  options.body_bytes_max = 64U << 20U;
  EXPECT_EQ(fetch(options, server_.url("/long.html")).error().code, Errc::unsupported_media);
}

TEST_F(PhotoFetch, lets_a_broken_answer_be_tried_again) {
  for (const char* path : {"/short", "/close", "/not-http"}) {
    const Error error = error_of(path);
    EXPECT_EQ(error.code, Errc::upstream_failed) << path;
    EXPECT_FALSE(error.message.empty()) << path;
  }
}

TEST_F(PhotoFetch, follows_five_redirects_and_no_more) {
  EXPECT_TRUE(get("/redirect/1"));
  EXPECT_TRUE(get("/redirect/5"));
  EXPECT_EQ(error_of("/redirect/6").code, Errc::upstream_missing);
  EXPECT_EQ(error_of("/redirect/6").message, "The photo's address redirects more than 5 times");
  EXPECT_EQ(server_.requests("/redirect-loop"), 0U);
  EXPECT_EQ(error_of("/redirect-loop").code, Errc::upstream_missing);
  EXPECT_EQ(server_.requests("/redirect-loop"), 6U);
}

TEST_F(PhotoFetch, follows_a_redirect_to_another_allowed_host) {
  PhotoServer other;
  EXPECT_TRUE(get("/redirect-to?" + other.url("/photo.png")));
  EXPECT_EQ(other.requests("/photo.png"), 1U);
}

TEST_F(PhotoFetch, refuses_a_redirect_to_an_inner_address_before_it_connects) {
  const auto refused = [&](const std::string& to, const std::string& message) {
    take_connects();
    const Error error = error_of("/redirect-to?" + to);
    EXPECT_EQ(error.code, Errc::address_refused) << to;
    EXPECT_EQ(error.message, message);
    EXPECT_EQ(take_connects(), std::vector{here()}) << to;
  };
  refused("http://127.0.0.2/",
          "Redirect number 1 leads to 127.0.0.2, which is not allowed (loopback addresses)");
  refused("http://169.254.169.254/latest/",
          "Redirect number 1 leads to 169.254.169.254, which is not allowed (link-local addresses)");
  refused("//10.0.0.1/", "Redirect number 1 leads to 10.0.0.1, which is not allowed (private networks)");
  refused("http://[::1]:" + port() + "/",
          "Redirect number 1 leads to ::1, which is not allowed (loopback addresses)");
  refused("file:///etc/passwd", "Redirect number 1 leads to a file: URL; only http and https are allowed");
  refused("gopher://127.0.0.1:" + port() + "/x",
          "Redirect number 1 leads to a gopher: URL; only http and https are allowed");
  refused("http://user:pass@" + here() + "/photo.png",
          "Redirect number 1 must not hold a user name or password");
  EXPECT_EQ(error_of("/redirect-to?/redirect-to?http://127.0.0.3/").message,
            "Redirect number 2 leads to 127.0.0.3, which is not allowed (loopback addresses)");
}

TEST_F(PhotoFetch, never_connects_to_what_check_refuses) {
  CurlPhotoSource source{Options{}};
  for (const std::string& url :
       {server_.url("/photo.png"), std::string("http://0x7f.1/"), std::string("file:///x")}) {
    EXPECT_FALSE(source.check(url)) << url;
    EXPECT_EQ(fetch(source, url).error().code, Errc::address_refused) << url;
  }
  EXPECT_EQ(fetch(source, "no url").error().code, Errc::invalid_input);
  EXPECT_TRUE(take_connects().empty());
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(PhotoFetch, refuses_a_name_that_leads_inside_before_it_connects) {
  Options options;
  options.extra_ports = {server_.port()};
  const std::string url = "http://localhost:" + port() + "/photo.png";
  CurlPhotoSource source(options);
  EXPECT_TRUE(source.check(url));
  const auto result = fetch(source, url);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::address_refused);
  EXPECT_EQ(result.error().message,
            "The photo's address points to localhost, which is not allowed (loopback addresses)");
  EXPECT_TRUE(take_connects().empty());
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(PhotoFetch, refuses_a_strangers_name_for_an_inner_address_before_it_connects) {
  Options options = loopback_allowed();
  options.resolve_for_tests = {
      {"evil.example:80:10.0.0.1", "evil6.example:80:[fd00::1],[::ffff:192.168.0.1]"}};
  const auto one = fetch(options, "http://evil.example/photo.png");
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, Errc::address_refused);
  EXPECT_EQ(one.error().message,
            "The photo's address points to evil.example, which is not allowed (private networks)");
  EXPECT_EQ(one.error().detail, "10.0.0.1 is in 10.0.0.0/8");
  EXPECT_EQ(fetch(options, "http://evil6.example/photo.png").error().code, Errc::address_refused);
  EXPECT_TRUE(take_connects().empty());
}

TEST_F(PhotoFetch, uses_only_the_allowed_one_of_a_names_addresses) {
  Options options = loopback_allowed();
  options.resolve_for_tests = {{"both.example:" + port() + ":10.0.0.1,127.0.0.1,192.168.0.1",
                                "six.example:" + port() + ":[fd00::1],127.0.0.1"}};
  EXPECT_TRUE(fetch(options, "http://both.example:" + port() + "/photo.png"));
  EXPECT_TRUE(fetch(options, "http://six.example:" + port() + "/photo.png"));
  EXPECT_EQ(take_connects(), (std::vector{here(), here()}));
}

TEST_F(PhotoFetch, calls_it_temporary_when_the_allowed_one_of_two_addresses_is_down) {
  Options options = loopback_allowed();
  options.resolve_for_tests = {{"both.example:1:10.0.0.1,127.0.0.1"}};
  EXPECT_EQ(fetch(options, "http://both.example:1/photo.png").error().code, Errc::upstream_failed);
  EXPECT_EQ(take_connects(), std::vector<std::string>{"127.0.0.1:1"});
}

TEST_F(PhotoFetch, refuses_a_name_that_changes_its_address_between_redirects) {
  Options options = loopback_allowed();
  options.resolve_for_tests = {{"rebind.example:" + port() + ":127.0.0.1"},
                               {"rebind.example:" + port() + ":10.0.0.1"}};
  const auto result = fetch(options, "http://rebind.example:" + port() + "/redirect-close?/photo.png");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::address_refused);
  EXPECT_EQ(result.error().message,
            "Redirect number 1 leads to rebind.example, which is not allowed (private networks)");
  EXPECT_EQ(take_connects(), std::vector{here()});
}

TEST_F(PhotoFetch, frees_the_port_only_for_addresses_of_the_allow_list) {
  // 127.0.0.1 is on the list; 127.0.0.2 is not, whatever its port.
  Options options = loopback_allowed();
  options.resolve_for_tests = {{"two.example:" + port() + ":127.0.0.2"}};
  EXPECT_EQ(fetch(options, "http://two.example:" + port() + "/photo.png").error().code,
            Errc::address_refused);
  EXPECT_TRUE(take_connects().empty());
}

TEST_F(PhotoFetch, calls_a_name_that_does_not_exist_temporary) {
  // A label of 64 letters can't be a name, so nobody is asked.
  const auto result = fetch(Options{}, "http://" + std::string(64, 'x') + ".invalid/photo.png");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::upstream_failed);
  EXPECT_NE(result.error().message.find("was not found"), std::string::npos);
}

TEST_F(PhotoFetch, calls_a_closed_port_temporary) {
  const auto result = fetch(loopback_allowed(), "http://127.0.0.1:1/photo.png");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::upstream_failed);
  EXPECT_EQ(result.error().message, "The photo's server 127.0.0.1 could not be reached");
}

}  // namespace
}  // namespace cutroom::fetch_curl
