// Answers of unknown length, over real sockets: what server-sent events need.
#include <semaphore>

#include <gtest/gtest.h>

#include "adapters/http/test_client.hpp"

namespace cutroom::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class ThreePieces final : public BodyStream {
 public:
  explicit ThreePieces(bool breaks) : breaks_(breaks) {}
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  asio::awaitable<Result<std::string_view>> next() override {
    if (given_ == 3 && breaks_) co_return Error{.code = Errc::storage_failed, .detail = "broken on purpose"};
    if (given_ == 3) co_return std::string_view();
    constexpr std::array<std::string_view, 3> kPieces{"one,", "two,", "0123456789abcdef"};
    co_return kPieces[given_++];
  }

 private:
  const bool breaks_;
  std::size_t given_ = 0;
};

// Gives one piece, then nothing until it is stopped.
class Endless final : public BodyStream {
 public:
  explicit Endless(asio::any_io_executor executor) : stopped_(std::move(executor)) {
    stopped_.expires_at(asio::steady_timer::time_point::max());
  }
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  asio::awaitable<Result<std::string_view>> next() override {
    if (!std::exchange(has_begun_, true)) co_return std::string_view("data: hello\n\n");
    boost::system::error_code cancelled;
    co_await stopped_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return std::string_view();
  }
  void stop() override { stopped_.expires_at(asio::steady_timer::time_point::min()); }
  ~Endless() override { gone().release(); }
  static std::binary_semaphore& gone() {
    static std::binary_semaphore semaphore{0};
    return semaphore;
  }

 private:
  asio::steady_timer stopped_;
  bool has_begun_ = false;
};

// Promises more than it gives.
class TooShort final : public BodyStream {
 public:
  std::optional<std::uint64_t> length() const override { return 10; }
  asio::awaitable<Result<std::string_view>> next() override {
    co_return std::exchange(given_, true) ? std::string_view() : std::string_view("short");
  }

 private:
  bool given_ = false;
};

asio::awaitable<Response> pieces(const Api&, Request&) {
  co_return Response{.content_type = "text/plain", .body = std::make_unique<ThreePieces>(false)};
}
asio::awaitable<Response> broken(const Api&, Request&) {
  co_return Response{.content_type = "text/plain", .body = std::make_unique<ThreePieces>(true)};
}
asio::awaitable<Response> endless(const Api&, Request&) {
  const auto executor = co_await asio::this_coro::executor;
  co_return Response{.content_type = "text/event-stream", .body = std::make_unique<Endless>(executor)};
}
asio::awaitable<Response> too_short(const Api&, Request&) {
  co_return Response{.content_type = "text/plain", .body = std::make_unique<TooShort>()};
}

constexpr std::array kRoutes{
    Route{Verb::get, "/pieces", pieces, BodyRule::none, engine::RequestClass::none, engine::Access::anyone,
          ""},
    Route{Verb::get, "/broken", broken, BodyRule::none, engine::RequestClass::none, engine::Access::anyone,
          ""},
    Route{Verb::get, "/endless", endless, BodyRule::none, engine::RequestClass::none, engine::Access::anyone,
          ""},
    Route{Verb::get, "/short", too_short, BodyRule::none, engine::RequestClass::none, engine::Access::anyone,
          ""},
};

constexpr std::string_view kChunks = "4\r\none,\r\n4\r\ntwo,\r\n10\r\n0123456789abcdef\r\n";

std::string all_of(const RunningServer& server, const std::string& request) {
  TestClient client(server.port());
  client.send(request);
  std::string all;
  EXPECT_TRUE(client.receive_all(all));
  return all;
}

TEST(Streams, of_unknown_length_go_out_in_chunks_and_the_connection_lives_on) {
  RunningServer server({}, kRoutes);
  const std::string all = all_of(server,
                                 "GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n"
                                 "GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_NE(all.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(all.find("Content-Length"), all.rfind("Content-Length"));
  EXPECT_NE(all.find("\r\n\r\n" + std::string(kChunks) + "0\r\n\r\nHTTP/1.1 404 "), std::string::npos) << all;
}

TEST(Streams, an_old_client_gets_them_until_the_connection_ends) {
  RunningServer server({}, kRoutes);
  const std::string all = all_of(server, "GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(all.find("chunked"), std::string::npos);
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\none,two,0123456789abcdef")) << all;
}

TEST(Streams, one_that_breaks_off_can_not_be_taken_for_whole) {
  RunningServer server({}, kRoutes);
  const std::string all = all_of(server, "GET /broken HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(all.ends_with(kChunks)) << all;
  EXPECT_TRUE(all_of(server, "GET /short HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("short"));
}

TEST(Streams, head_has_none) {
  RunningServer server({}, kRoutes);
  const std::string all = all_of(server, "HEAD /endless HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
  Endless::gone().acquire();
}

TEST(Streams, an_endless_one_ends_when_the_server_stops) {
  RunningServer server({}, kRoutes);
  TestClient client(server.port());
  client.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  const auto stopped = server.stop(10s);
  std::string rest;
  EXPECT_TRUE(client.receive_all(rest));
  EXPECT_EQ(rest, "d\r\ndata: hello\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
  Endless::gone().acquire();
}

TEST(Streams, an_endless_one_ends_as_soon_as_its_client_is_gone) {
  RunningServer server({}, kRoutes);
  TestClient client(server.port());
  client.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.close();
  Endless::gone().acquire();  // Only the client's going ends it.
}

TEST(Streams, a_request_behind_an_endless_one_does_not_end_it) {
  RunningServer server({}, kRoutes);
  TestClient client(server.port());
  client.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\nGET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send("GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_FALSE(Endless::gone().try_acquire());
  server.stop(10s);
  Endless::gone().acquire();
}

}  // namespace
}  // namespace cutroom::http
