// How connections end: by deadlines, by the server's stop, by clients that go away.
#include <gtest/gtest.h>

#include "adapters/http/server.hpp"
#include "adapters/http/test_client.hpp"

namespace cutroom::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOrder = R"({"recordId":1,"photoUrl":"https://x/y","vendorId":"v"})";

TEST(ServerEnds, slow_headers_are_cut_by_the_deadline) {
  ServerOptions options;
  options.header_max = 50ms;
  RunningServer server(options);
  TestClient client(server.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: h\r\n");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerEnds, slow_pipelined_headers_are_cut_too) {
  ServerOptions options;
  options.header_max = 50ms;
  RunningServer server(options);
  TestClient client(server.port());
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /hea").status, 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerEnds, slow_bodies_are_cut_by_the_deadline) {
  ServerOptions options;
  options.transfer_grace = 50ms;
  RunningServer server(options);
  TestClient client(server.port());
  client.send("POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerEnds, idle_connections_are_closed) {
  ServerOptions options;
  options.idle_max = 50ms;
  RunningServer server(options);
  TestClient client(server.port());
  EXPECT_EQ(client.get("/healthz").status, 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerEnds, a_client_that_does_not_read_is_cut) {
  ServerOptions options;
  options.transfer_grace = 50ms;
  options.transfer_bytes_per_second_min = 1U << 30U;
  RunningServer server(options);
  const std::string key = server.test.assets.keep(std::string(30U << 20U, 'x'), "png");
  TestClient client(server.port());
  client.send("GET /assets/" + key + " HTTP/1.1\r\nHost: h\r\n\r\n");
  // Wait for the server to give up: it lets the session go, and with it the only connection.
  const auto stopped = server.stop(10s);
  EXPECT_EQ(stopped.wait_for(9s), std::future_status::ready);
}

// A job store that takes its time: requests under way when the server stops.
class SlowServer {
 public:
  explicit SlowServer(ServerOptions options = {}) : server(std::move(options)), hold(server.io()) {
    hold.expires_at(boost::asio::steady_timer::time_point::max());
    server.on_server([this] { server.test.store.hold = &hold; });
  }
  // Returns when the store has the request.
  void begin(TestClient& client) {
    client.send(post_of("/api/image-queue/remove-bg-queue", kOrder));
    for (bool begun = false; !begun;) server.on_server([&] { begun = server.test.store.adds_begun > 0; });
  }
  void let_go() {
    server.on_server([this] { hold.cancel(); });
  }
  RunningServer server;
  boost::asio::steady_timer hold;
};

TEST(ServerEnds, stop_lets_running_requests_end_and_closes_idle_ones) {
  SlowServer slow;
  TestClient busy(slow.server.port());
  TestClient idle(slow.server.port());
  EXPECT_EQ(idle.get("/healthz").status, 200);
  slow.begin(busy);
  const auto stopped = slow.server.stop(10s);
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_THROW(TestClient late(slow.server.port()), boost::system::system_error);
  EXPECT_EQ(stopped.wait_for(0ms), std::future_status::timeout);
  slow.let_go();
  const Answer answer = busy.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.is_closed_by_server());
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
}

TEST(ServerEnds, stop_cuts_what_is_not_done_after_the_grace_time) {
  SlowServer slow;
  TestClient busy(slow.server.port());
  slow.begin(busy);
  const auto stopped = slow.server.stop(50ms);
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
  EXPECT_TRUE(busy.is_closed_by_server());
  slow.let_go();
}

TEST(ServerEnds, a_client_that_goes_away_harms_nobody) {
  SlowServer slow;
  TestClient gone(slow.server.port());
  slow.begin(gone);
  gone.close();
  slow.let_go();
  TestClient next(slow.server.port());
  EXPECT_EQ(next.get("/healthz").status, 200);
}

}  // namespace
}  // namespace cutroom::http
