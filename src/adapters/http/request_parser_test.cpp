#include "adapters/http/request_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <gtest/gtest.h>

namespace cutroom::http {
namespace {

using HttpError = boost::beast::http::error;

// Feeds `text` in pieces that end where `cuts` say, as a socket might bring it.
boost::system::error_code feed(RequestParser& parser, std::string_view text,
                               std::vector<std::size_t> cuts = {}) {
  cuts.push_back(text.size());
  std::string pending;
  std::size_t from = 0;
  boost::system::error_code failed;
  for (const std::size_t cut : cuts) {
    pending += text.substr(from, cut - from);
    from = cut;
    while (!parser.is_done() && !pending.empty()) {
      const std::size_t n = parser.put(boost::asio::buffer(pending), failed);
      pending.erase(0, n);
      if (failed == HttpError::need_more) break;
      if (failed) return failed;
    }
  }
  return failed;
}

constexpr std::string_view kWhole =
    "POST /api/x?a=1&b HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nOrigin: http://o\r\n"
    "X-Whatever: 1\r\nContent-Length: 11\r\n\r\nhello\r\n\0{}\"";

void expect_whole(const Request& request, const RequestParser& parser) {
  ASSERT_TRUE(parser.is_done());
  EXPECT_EQ(request.verb, Verb::post);
  EXPECT_EQ(request.path, "/api/x");
  EXPECT_EQ(request.query, "a=1&b");
  EXPECT_EQ(request.headers.content_type, "application/json");
  EXPECT_EQ(request.headers.origin, "http://o");
  EXPECT_EQ(request.body, std::string_view("hello\r\n\0{}\"", 11));
  EXPECT_EQ(parser.objection(), "");
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParser, reads_the_same_however_it_is_split) {
  // Not kWhole.size(): the text has a NUL in it.
  const std::string text =
      std::string(kWhole.substr(0, kWhole.find("hello"))) + std::string("hello\r\n\0{}\"", 11);
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); second += 7) {
      Request request;
      RequestParser parser(request, 16'384);
      const auto failed = feed(parser, text, {first, second});
      ASSERT_FALSE(failed && failed != HttpError::need_more) << failed.message();
      expect_whole(request, parser);
    }
  }
}

TEST(RequestParser, reads_byte_by_byte) {
  const std::string text =
      std::string(kWhole.substr(0, kWhole.find("hello"))) + std::string("hello\r\n\0{}\"", 11);
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < text.size(); ++i) cuts.push_back(i);
  Request request;
  RequestParser parser(request, 16'384);
  feed(parser, text, cuts);
  expect_whole(request, parser);
}

TEST(RequestParser, reads_a_body_of_no_chunk_but_the_last_however_it_is_split) {
  const std::string text = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  const std::size_t body = text.find("0\r\n");
  for (std::size_t first = body; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      Request request;
      RequestParser parser(request, 16'384);
      feed(parser, text, {body, first, second});
      ASSERT_TRUE(parser.is_done()) << first << ' ' << second;
      EXPECT_EQ(request.body, "");
    }
  }
}

TEST(RequestParser, reads_chunks_however_they_are_split) {
  const std::string text =
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nRange: bytes=0-1\r\n\r\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    Request request;
    RequestParser parser(request, 16'384);
    feed(parser, text, {first});
    ASSERT_TRUE(parser.is_done()) << first;
    EXPECT_EQ(request.body, "hello!");
    EXPECT_EQ(request.headers.range, "") << "a trailer is no header";
  }
}

TEST(RequestParser, a_dropped_body_is_counted_but_not_kept) {
  Request request;
  RequestParser parser(request, 16'384);
  parser.drop_body();
  feed(parser, "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(parser.is_done());
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(parser.body_bytes(), 5U);
}

TEST(RequestParser, takes_whole_addresses_and_the_asterisk) {
  const auto path_of = [](const std::string& line) {
    Request request;
    RequestParser parser(request, 16'384);
    feed(parser, line + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return parser.is_done() ? request.path : "failed";
  };
  EXPECT_EQ(path_of("GET http://host:3001/a/b?c"), "/a/b");
  EXPECT_EQ(path_of("GET http://host"), "/");
  EXPECT_EQ(path_of("OPTIONS *"), "*");
  EXPECT_EQ(path_of("GET /%2e%2e/x"), "/%2e%2e/x");
  EXPECT_EQ(path_of("GET /a%zz"), "failed");
  EXPECT_EQ(path_of("GET a/b"), "failed");
}

TEST(RequestParser, unclear_ends_of_requests_are_objected_to) {
  const auto objection_to = [](const std::string& head) -> std::string {
    Request request;
    RequestParser parser(request, 16'384);
    const auto failed = feed(parser, head + "\r\n\r\n");
    if (failed && failed != HttpError::need_more) return "failed";
    return std::string(parser.objection());
  };
  EXPECT_EQ(objection_to("GET / HTTP/1.1\r\nHost: h"), "");
  EXPECT_EQ(objection_to("GET / HTTP/1.0"), "");
  EXPECT_NE(objection_to("GET / HTTP/1.1"), "");
  EXPECT_NE(objection_to("GET / HTTP/1.1\r\nHost: a\r\nHost: b"), "");
  EXPECT_NE(objection_to("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip"), "");
  EXPECT_NE(objection_to("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked"), "");
  EXPECT_NE(objection_to("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity"), "");
  EXPECT_NE(objection_to("POST / HTTP/1.0\r\nTransfer-Encoding: chunked"), "");
  EXPECT_EQ(objection_to("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3"),
            "failed");
  EXPECT_EQ(objection_to("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4"), "failed");
  EXPECT_EQ(objection_to("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3"), "failed");
}

TEST(RequestParser, headers_beyond_the_limit_are_refused) {
  Request request;
  RequestParser parser(request, 1'024);
  EXPECT_EQ(feed(parser, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n"),
            HttpError::header_limit);
}

}  // namespace
}  // namespace cutroom::http
