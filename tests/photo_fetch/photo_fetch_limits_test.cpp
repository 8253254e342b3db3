// The fetcher against a server that sends too much, too slowly or never; and how many it fetches at once.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "photo_fetch/fetch_in_test.hpp"
#include "support/photo_server.hpp"

namespace cutroom::fetch_curl {
namespace {

using test::PhotoServer;

class PhotoFetchLimits : public testing::Test {
 protected:
  Error error_of(std::string_view path) {
    const auto result = fetch(options_, server_.url(path));
    return result ? Error{.code = Errc::internal, .message = "fetched"} : result.error();
  }

  PhotoServer server_;
  Options options_ = loopback_allowed();
};

TEST_F(PhotoFetchLimits, takes_a_photo_of_exactly_the_limit) {
  options_.body_bytes_max = 300'000;
  const auto photo = fetch(options_, server_.url("/sized/300000"));
  ASSERT_TRUE(photo);
  EXPECT_EQ(photo->bytes.size(), 300'000U);
  EXPECT_EQ(error_of("/sized/300001").code, Errc::too_large);
}

TEST_F(PhotoFetchLimits, counts_the_bytes_where_no_length_is_told) {
  options_.body_bytes_max = 1U << 20U;
  EXPECT_EQ(error_of("/endless").code, Errc::too_large);
  EXPECT_EQ(error_of("/endless").message, "The photo is larger than 1 MB");
}

TEST_F(PhotoFetchLimits, refuses_a_huge_length_at_once) {
  EXPECT_EQ(error_of("/huge-length").code, Errc::too_large);
}

TEST_F(PhotoFetchLimits, bounds_the_headers) {
  EXPECT_EQ(error_of("/endless-headers").code, Errc::upstream_failed);
  EXPECT_EQ(error_of("/endless-headers").message, "The photo's server sent too many headers");
}

TEST_F(PhotoFetchLimits, bounds_the_total_time) {
  options_.total_timeout = Millis(200);
  const Error error = error_of("/hang");
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_EQ(error.message, "The photo did not arrive within 0.2 seconds");
}

TEST_F(PhotoFetchLimits, counts_redirects_into_the_total_time) {
  options_.total_timeout = Millis(200);
  EXPECT_EQ(error_of("/redirect-to?/hang").code, Errc::timed_out);
}

TEST_F(PhotoFetchLimits, gives_up_on_a_photo_that_drips) {
  options_.low_speed_time = std::chrono::seconds(1);
  const Error error = error_of("/drip");
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_EQ(error.message, "The photo arrived too slowly (less than 1024 bytes per second for 1 second)");
}

TEST_F(PhotoFetchLimits, bounds_the_time_to_connect) {
  // A listener that never accepts, its queue filled: the kernel lets further connects wait.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::vector<int> fillers;
  for (int i = 0; i < 3; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    (void)connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
  }

  options_.connect_timeout = Millis(200);
  const auto result = fetch(options_, "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/");
  for (const int fd : fillers) close(fd);
  close(listener);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::timed_out);
  EXPECT_EQ(result.error().message, "The photo's server could not be reached within 0.2 seconds");
}

// Several fetches at once on one thread, as a worker has them.
class ManyFetches : public PhotoFetchLimits {
 protected:
  void start(CurlPhotoSource& source, const std::string& path, std::stop_token stop = {}) {
    boost::asio::co_spawn(io_, run(source, server_.url(path), stop), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io_.restart();  // All fetches before may have ended already.
    io_.poll();     // Up to where it waits for the fetcher.
  }
  boost::asio::awaitable<void> run(CurlPhotoSource& source, std::string url, std::stop_token stop) {
    const auto result = co_await source.fetch(std::move(url), std::move(stop));
    codes_.push_back(result ? std::nullopt : std::optional(result.error().code));
  }
  std::size_t count(std::optional<Errc> code) const {
    return static_cast<std::size_t>(std::ranges::count(codes_, code));
  }

  boost::asio::io_context io_;
  std::vector<std::optional<Errc>> codes_;
};

TEST_F(ManyFetches, run_so_many_at_once_and_the_others_wait) {
  options_.transfers_max = 2;
  CurlPhotoSource source(options_);
  for (int i = 0; i < 6; ++i) start(source, "/held");
  server_.wait_for_held(2);
  server_.release_held();
  io_.run();
  EXPECT_EQ(count(std::nullopt), 6U);
  EXPECT_EQ(server_.most_held(), 2U);
  EXPECT_EQ(server_.requests("/held"), 6U);
}

TEST_F(ManyFetches, refuse_more_than_may_wait) {
  options_.transfers_max = 1;
  options_.waiting_max = 2;
  CurlPhotoSource source(options_);
  for (int i = 0; i < 5; ++i) start(source, "/held");
  server_.wait_for_held(1);
  server_.release_held();
  io_.run();
  EXPECT_EQ(count(std::nullopt), 3U);
  EXPECT_EQ(count(Errc::unavailable), 2U);
}

TEST_F(ManyFetches, stop_on_request_running_or_waiting) {
  options_.transfers_max = 1;
  CurlPhotoSource source(options_);
  std::stop_source running;
  std::stop_source waiting;
  start(source, "/held", running.get_token());
  server_.wait_for_held(1);
  start(source, "/photo.png", waiting.get_token());
  start(source, "/photo.png");
  waiting.request_stop();
  running.request_stop();
  io_.run();
  EXPECT_EQ(count(Errc::cancelled), 2U);
  EXPECT_EQ(count(std::nullopt), 1U);
  EXPECT_EQ(server_.requests("/photo.png"), 1U);
}

TEST_F(ManyFetches, do_not_begin_when_stopped_before) {
  CurlPhotoSource source(options_);
  std::stop_source stop;
  stop.request_stop();
  start(source, "/photo.png", stop.get_token());
  io_.run();
  EXPECT_EQ(count(Errc::cancelled), 1U);
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(ManyFetches, end_with_the_source) {
  options_.transfers_max = 1;
  {
    CurlPhotoSource source(options_);
    start(source, "/held");
    server_.wait_for_held(1);
    start(source, "/held");
  }
  io_.run();
  EXPECT_EQ(count(Errc::cancelled), 2U);
}

TEST_F(ManyFetches, survive_stops_at_any_moment) {
  options_.transfers_max = 4;
  CurlPhotoSource source(options_);
  std::vector<std::stop_source> stops(200);
  std::jthread stopper([&] {
    for (auto& stop : stops) {
      stop.request_stop();
      std::this_thread::yield();
    }
  });
  for (auto& stop : stops) start(source, "/photo.png", stop.get_token());
  io_.run();
  stopper.join();
  EXPECT_EQ(count(std::nullopt) + count(Errc::cancelled), stops.size());
}

}  // namespace
}  // namespace cutroom::fetch_curl
