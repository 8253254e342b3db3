#include "adapters/fetch_curl/outcome.hpp"

#include <gtest/gtest.h>

#include "adapters/fetch_curl/body_buffer.hpp"

namespace cutroom::fetch_curl {
namespace {

TEST(Outcome, tells_statuses_that_may_heal_from_those_that_stay) {
  for (const long status : {408L, 425L, 429L, 500L, 502L, 503L, 504L, 599L}) {
    EXPECT_EQ(status_error(status).code, Errc::upstream_failed) << status;
    EXPECT_TRUE(status_error(status).retryable()) << status;
  }
  for (const long status : {201L, 204L, 206L, 300L, 304L, 400L, 401L, 403L, 404L, 410L, 416L, 451L}) {
    EXPECT_EQ(status_error(status).code, Errc::upstream_missing) << status;
    EXPECT_FALSE(status_error(status).retryable()) << status;
  }
  EXPECT_EQ(status_error(404).message, "The photo's server answered 404");
}

TEST(Outcome, says_which_time_ran_out) {
  const Options options;
  const auto message = [&](bool connected, int elapsed_ms) {
    const Error e = transfer_error(CURLE_OPERATION_TIMEDOUT,
                                   {.connected = connected, .elapsed = Millis(elapsed_ms)}, options);
    EXPECT_EQ(e.code, Errc::timed_out);
    EXPECT_TRUE(e.retryable());
    return e.message;
  };
  EXPECT_EQ(message(false, 3'001), "The photo's server could not be reached within 3 seconds");
  EXPECT_EQ(message(true, 15'001), "The photo did not arrive within 15 seconds");
  EXPECT_EQ(message(false, 15'001), "The photo did not arrive within 15 seconds");
  EXPECT_EQ(message(true, 6'000),
            "The photo arrived too slowly (less than 1024 bytes per second for 5 seconds)");
}

TEST(Outcome, lets_network_trouble_heal_and_keeps_librarys_words_for_the_log) {
  for (const CURLcode code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE,
                              CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_PEER_FAILED_VERIFICATION,
                              CURLE_SSL_CONNECT_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2}) {
    const Error e = transfer_error(code, {.host = "h.example", .curl_message = "inner words"}, Options{});
    EXPECT_EQ(e.code, Errc::upstream_failed) << code;
    EXPECT_TRUE(e.retryable()) << code;
    EXPECT_EQ(e.message.find("inner words"), std::string::npos);
    EXPECT_EQ(e.detail, "inner words");
  }
  EXPECT_EQ(transfer_error(CURLE_COULDNT_RESOLVE_HOST, {.host = "h.example"}, Options{}).message,
            "The photo's server h.example was not found");
}

TEST(Outcome, names_the_limit_that_a_photo_is_above) {
  EXPECT_EQ(too_large_error(50U << 20U).message, "The photo is larger than 50 MB");
  EXPECT_EQ(too_large_error(1000).message, "The photo is larger than 1000 bytes");
  EXPECT_EQ(transfer_error(CURLE_FILESIZE_EXCEEDED, {}, Options{}).code, Errc::too_large);
}

TEST(BodyBuffer, keeps_what_is_appended_whatever_was_promised) {
  for (const std::size_t promise : {0UL, 3UL, 10UL, 1'000'000'000UL}) {
    BodyBuffer body(10);
    body.expect(promise);
    EXPECT_TRUE(body.append("01234", 5));
    EXPECT_TRUE(body.append("56789", 5));
    EXPECT_FALSE(body.append("x", 1));
    EXPECT_EQ(body.take().view(), "0123456789");
    EXPECT_EQ(body.size(), 0U);
  }
}

TEST(BodyBuffer, grows_past_its_first_room) {
  BodyBuffer body(10U << 20U);
  std::string all;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(1'000, static_cast<char>('a' + i % 26));
    all += piece;
    ASSERT_TRUE(body.append(piece.data(), piece.size()));
  }
  EXPECT_TRUE(body.take().view() == all);
}

}  // namespace
}  // namespace cutroom::fetch_curl
