// The server over real sockets on loopback.
#include "adapters/http/server.hpp"

#include <gtest/gtest.h>

#include "adapters/http/test_client.hpp"

namespace cutroom::http {
namespace {

constexpr const char* kOrder = R"({"recordId":1,"photoUrl":"https://x/y","vendorId":"v"})";

TEST(Server, keeps_a_connection_for_many_requests) {
  RunningServer server;
  TestClient client(server.port());
  for (int i = 0; i < 50; ++i) {
    const Answer answer = client.get("/healthz");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status":"ok"})");
    EXPECT_EQ(answer.header("Connection"), "");
  }
  EXPECT_NE(client.get("/healthz").header("Date"), "");
}

TEST(Server, answers_pipelined_requests_in_order) {
  RunningServer server;
  TestClient client(server.port());
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += i % 2 ? "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
                 : post_of("/api/image-queue/remove-bg-queue", kOrder);
  client.send(all);
  for (int i = 0; i < 100; ++i) {
    const Answer answer = client.receive();
    ASSERT_EQ(answer.status, 200) << i;
    const std::string expected =
        i % 2 ? R"({"status":"ok"})" : R"({"success":true,"jobId":")" + std::to_string(i / 2 + 1);
    EXPECT_TRUE(answer.body.starts_with(expected)) << answer.body;
  }
}

TEST(Server, reads_requests_byte_by_byte) {
  RunningServer server;
  TestClient client(server.port());
  for (const char byte : post_of("/api/image-queue/remove-bg-queue", kOrder)) client.send({&byte, 1});
  EXPECT_EQ(client.receive().status, 200);
  for (const char byte : std::string("\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")) client.send({&byte, 1});
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, reads_chunked_bodies) {
  RunningServer server;
  TestClient client(server.port());
  const std::string body = kOrder;
  client.send(
      "POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("5\r\n" + body.substr(0, 5) + "\r\n");
  char size[8];
  std::snprintf(size, sizeof size, "%zx", body.size() - 5);
  client.send(std::string(size) + "\r\n" + body.substr(5) + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.get("/healthz").status, 200);
}

TEST(Server, head_is_get_without_the_body) {
  RunningServer server;
  const std::string key = server.test.assets.keep(std::string(5'000, 'x'), "png");
  TestClient client(server.port());
  for (const std::string& path : {std::string("/healthz"), "/assets/" + key, std::string("/nothing")}) {
    const Answer head = client.ask("HEAD " + path + " HTTP/1.1\r\nHost: h\r\n\r\n", /*is_head=*/true);
    const Answer get = client.get(path);
    EXPECT_EQ(head.status, get.status);
    EXPECT_EQ(head.header("Content-Length"), get.header("Content-Length"));
    EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type"));
  }
}

TEST(Server, serves_big_assets_whole_and_in_ranges) {
  RunningServer server;
  std::string content;
  while (content.size() < (5U << 20U)) content += std::to_string(content.size()) + ",";
  const std::string key = server.test.assets.keep(content, "png");
  TestClient client(server.port());
  const Answer whole = client.get("/assets/" + key);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.header("Content-Type"), "image/png");
  EXPECT_TRUE(whole.body == content);
  const Answer part = client.get("/assets/" + key, "Range: bytes=1000000-3999999\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == content.substr(1'000'000, 3'000'000));
  const Answer same = client.get("/assets/" + key, "If-None-Match: " + whole.header("ETag") + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.header("Content-Length"), "");
  EXPECT_EQ(client.get("/assets/" + key, "Range: bytes=99999999-\r\n").status, 416);
  EXPECT_EQ(client.get("/healthz").status, 200);
}

TEST(Server, a_big_upload_comes_through) {
  RunningServer server;
  std::string photo(20U << 20U, '\0');
  for (std::size_t i = 0; i < photo.size(); ++i) photo[i] = static_cast<char>(i * 2'654'435'761U >> 13U);
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"recordId\"\r\n\r\n5\r\n--b\r\nContent-Disposition: "
      "form-data; "
      "name=\"file\"; filename=\"x\"\r\n\r\n" +
      photo + "\r\n--b--\r\n";
  TestClient client(server.port());
  const Answer answer = client.ask(
      post_of("/api/image-queue/remove-bg-queue", body, "Content-Type: multipart/form-data; boundary=b\r\n"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(server.test.assets.files.begin()->second == photo);
}

TEST(Server, says_continue_before_a_body_that_waits_for_it) {
  RunningServer server;
  TestClient client(server.port());
  const std::string body = kOrder;
  client.send(
      "POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nExpect: "
      "100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  EXPECT_EQ(client.ask(body).status, 200);
}

TEST(Server, a_body_over_the_limit_is_413_before_it_is_sent) {
  ServerOptions options;
  options.json_bytes_max = 1'000;
  RunningServer server(options);
  TestClient client(server.port());
  const Answer answer = client.ask(
      "POST /api/image-queue/bulk-remove-bg HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
      "1001\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(answer.body.find("\"code\":\"too_large\""), std::string::npos);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, the_413_arrives_also_where_the_client_sends_on) {
  ServerOptions options;
  options.json_bytes_max = 1'000;
  RunningServer server(options);
  for (const char* framing :
       {"Content-Length: 8000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n7A1200\r\n"}) {
    TestClient client(server.port());
    client.send("POST /api/image-queue/bulk-remove-bg HTTP/1.1\r\nHost: h\r\n" + std::string(framing));
    client.try_send(std::string(8'000'000, ' '));
    EXPECT_EQ(client.receive().status, 413);
  }
}

TEST(Server, all_bodies_together_are_bounded) {
  ServerOptions options;
  options.body_bytes_in_flight_max = 100'000;
  RunningServer server(options);
  TestClient client(server.port());
  const Answer answer = client.ask(post_of("/api/image-queue/bulk-remove-bg", std::string(150'000, ' ')));
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.header("Retry-After"), "");
  TestClient next(server.port());
  EXPECT_EQ(next.ask(post_of("/api/image-queue/remove-bg-queue", kOrder)).status, 200);
}

TEST(Server, headers_over_the_limit_are_431) {
  RunningServer server;
  TestClient client(server.port());
  client.try_send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 431);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, what_is_not_http_is_400) {
  RunningServer server;
  for (const char* garbage :
       {"hello\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\nzz\r\n"}) {
    TestClient client(server.port());
    const Answer answer = client.ask(garbage);
    EXPECT_EQ(answer.status, 400) << garbage;
    EXPECT_NE(answer.body.find("\"code\":\"invalid_input\""), std::string::npos);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST(Server, chunk_headers_without_end_are_cut_off) {
  RunningServer server;
  TestClient client(server.port());
  client.send(
      "POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  client.try_send(std::string(200'000, 'x'));
  EXPECT_EQ(client.receive().status, 400);
}

TEST(Server, a_body_that_nobody_asked_for_is_read_over) {
  RunningServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello").status, 200);
  EXPECT_EQ(client.ask(post_of("/nothing", std::string(10'000, 'x'))).status, 404);
  EXPECT_EQ(client.get("/healthz").status, 200);
  const Answer big = client.ask("GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\nhello");
  EXPECT_EQ(big.status, 200);
  EXPECT_EQ(big.header("Connection"), "close");
}

TEST(Server, old_clients_are_closed_unless_they_ask_otherwise) {
  RunningServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"),
            "keep-alive");
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.0\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
  TestClient other(server.port());
  EXPECT_EQ(other.get("/healthz", "Connection: close\r\n").header("Connection"), "close");
  EXPECT_TRUE(other.is_closed_by_server());
}

TEST(Server, any_origin_may_call_by_default) {
  RunningServer server;
  TestClient client(server.port());
  const Answer answer = client.get("/healthz", "Origin: http://app.example\r\n");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_NE(answer.header("Access-Control-Expose-Headers").find("RateLimit-Remaining"), std::string::npos);
  EXPECT_NE(answer.header("Access-Control-Expose-Headers").find("Retry-After"), std::string::npos);
  const Answer preflight = client.ask(
      "OPTIONS /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nOrigin: http://app.example\r\n"
      "Access-Control-Request-Method: POST\r\n\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
}

TEST(Server, only_listed_origins_may_call) {
  ServerOptions options;
  options.cors_origins = {"http://a.example", "http://b.example"};
  RunningServer server(options);
  TestClient client(server.port());
  EXPECT_EQ(client.get("/healthz", "Origin: http://b.example\r\n").header("Access-Control-Allow-Origin"),
            "http://b.example");
  const Answer other = client.get("/healthz", "Origin: http://c.example\r\n");
  EXPECT_EQ(other.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(other.header("Vary"), "Origin");
}

TEST(Server, serves_two_hundred_connections_at_once) {
  RunningServer server;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<TestClient>(server.port()));
  for (auto& client : clients) client->send(post_of("/api/image-queue/remove-bg-queue", kOrder));
  for (auto& client : clients) EXPECT_EQ(client->receive().status, 200);
}

TEST(Server, connections_beyond_the_bound_are_told_so) {
  ServerOptions options;
  options.connections_max = 2;
  RunningServer server(options);
  TestClient first(server.port());
  TestClient second(server.port());
  EXPECT_EQ(first.get("/healthz").status, 200);
  EXPECT_EQ(second.get("/healthz").status, 200);
  TestClient third(server.port());
  const Answer refused = third.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_EQ(first.get("/healthz").status, 200);
}

TEST(Server, a_port_that_is_taken_is_an_error_that_says_so) {
  RunningServer server;
  boost::asio::io_context io;
  ServerOptions options;
  options.port = server.port();
  const auto second = make_http_server(io.get_executor(), options, server.test.api.use);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(server.port())), std::string::npos);
  options.address = "not an address";
  EXPECT_EQ(make_http_server(io.get_executor(), options, server.test.api.use).error().code,
            Errc::invalid_input);
}

}  // namespace
}  // namespace cutroom::http
