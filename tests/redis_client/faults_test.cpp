// Redis goes away, comes back, does not answer, loses bytes: every call ends, and the client is there again
// when Redis is.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/command_bytes.hpp"
#include "callers.hpp"
#include "flaky_proxy.hpp"
#include "redis_fixture.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::awaitable;
using testing::AnyOf;
using testing::StartsWith;

TEST(RedisFaults, end_every_call_while_the_server_is_killed_and_restarted) {
  test::RedisServer server;
  test::Loop loop;
  Client redis(loop, options_of(server));
  Callers callers(loop, *redis, 50);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(callers.wait_for_good(1000));
    const int unavailable = callers.unavailable;
    server.kill();
    ASSERT_TRUE(loop.run_until([&] { return callers.unavailable > unavailable + 100; }));
    server.restart();
  }
  ASSERT_TRUE(callers.wait_for_good(1000));
  EXPECT_TRUE(callers.end()) << "a call hangs";
  EXPECT_EQ(callers.others, 0);
}

TEST(RedisFaults, run_scripts_again_after_a_restart_has_emptied_the_scripts) {
  test::RedisServer server;
  test::Loop loop;
  Client redis(loop, options_of(server));
  const Script script = make_script("seven", "return 7");
  EXPECT_EQ(shown(loop.run(redis->run(script, {}, {}))), "7");
  server.kill();
  ASSERT_TRUE(loop.run_until([&] { return !redis->is_connected(); }));
  server.restart();
  ASSERT_TRUE(redis.connects());
  EXPECT_EQ(server.command({"SCRIPT", "EXISTS", script.sha1}), "0");
  EXPECT_EQ(shown(loop.run(redis->run(script, {}, {}))), "7");
}

TEST(RedisFaults, let_the_first_calls_wait_for_the_connection_and_later_ones_not) {
  test::Loop loop;
  Options options;
  options.endpoints.push_back({"127.0.0.1", test::free_port()});
  options.connect_timeout = Millis(200);
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
  int failed = 0;
  for (int i = 0; i < 1000; ++i) failed += redis.command({"PING"}) == "unavailable: not connected to Redis";
  EXPECT_EQ(failed, 1000);
}

TEST(RedisFaults, find_a_server_that_is_started_later) {
  test::RedisServer server;
  server.kill();
  test::Loop loop;
  Client redis(loop, options_of(server));
  std::string first;
  boost::asio::co_spawn(
      loop.io(),
      [](Redis& client, std::string& to) -> awaitable<void> {
        Words words{"PING"};
        to = shown(co_await client.command(std::move(words)));
      }(*redis, first),
      boost::asio::detached);
  loop.io().poll();
  EXPECT_EQ(first, "");
  server.restart();
  ASSERT_TRUE(redis.connects());
  EXPECT_EQ(redis.command({"PING"}), "PONG");
  EXPECT_TRUE(loop.run_until([&] { return !first.empty(); }));
  EXPECT_THAT(first, AnyOf("PONG", StartsWith("unavailable")));
}

TEST(RedisFaults, wait_until_a_server_has_loaded_its_data) {
  // 300 keys at 3 ms each, with a look at the network every 1,024 bytes.
  test::RedisServer::Options slow;
  slow.more = {"key-load-delay 3000", "loading-process-events-interval-bytes 1024"};
  test::RedisServer server(slow);
  for (int i = 0; i < 300; ++i) server.command({"SET", "k" + std::to_string(i), std::string(100, 'x')});
  test::Loop loop;
  Client redis(loop, options_of(server));
  ASSERT_TRUE(redis.connects());
  server.command({"SAVE"});
  server.kill();
  ASSERT_TRUE(loop.run_until([&] { return !redis->is_connected(); }));
  server.start_again();
  ASSERT_TRUE(loop.run_until([&] { return server.ping().starts_with("-LOADING"); }));
  EXPECT_THAT(redis.command({"GET", "k1"}), StartsWith("unavailable"));
  ASSERT_TRUE(redis.connects());
  EXPECT_EQ(redis.command({"DBSIZE"}), "300");
}

TEST(RedisFaults, say_unavailable_on_a_replica_until_it_is_a_master) {
  test::RedisServer master;
  test::RedisServer::Options follows;
  follows.more = {"replicaof 127.0.0.1 " + std::to_string(master.port())};
  test::RedisServer replica(follows);
  test::Loop loop;
  Client redis(loop, options_of(replica));
  EXPECT_THAT(redis.command({"SET", "k", "v"}), StartsWith("unavailable: READONLY"));
  replica.command({"REPLICAOF", "NO", "ONE"});
  ASSERT_TRUE(loop.run_until([&] { return redis.command({"SET", "k", "v"}) == "OK"; }));
}

TEST(RedisFaults, say_unavailable_while_the_servers_memory_is_full) {
  test::RedisServer server;
  test::Loop loop;
  Client redis(loop, options_of(server));
  const Script script = make_script("set", "return redis.call('SET', KEYS[1], ARGV[1])");
  server.command({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(redis.command({"SET", "k", "v"}), StartsWith("unavailable: OOM"));
  EXPECT_THAT(shown(loop.run(redis->run(script, {"k"}, {"v"}))), StartsWith("unavailable: OOM"));
  server.command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(redis.command({"SET", "k", "v"}), "OK");
}

TEST(RedisFaults, say_unavailable_when_no_answer_comes_in_time) {
  test::RedisServer server;
  test::Loop loop;
  Options options = options_of(server);
  options.command_timeout = Millis(100);
  options.connect_timeout = Millis(100);
  Client redis(loop, options);
  ASSERT_TRUE(redis.connects());
  server.freeze();
  EXPECT_EQ(redis.command({"PING"}), "unavailable: no answer within 100 ms");
  EXPECT_FALSE(redis->is_connected());
  server.thaw();
  ASSERT_TRUE(redis.connects());
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST(RedisFaults, give_every_call_its_own_answer_or_none_when_connections_are_cut_anywhere) {
  test::RedisServer server;
  test::Loop loop;
  test::FlakyProxy proxy(loop.io(), server.port());
  Options options = options_of(server);
  options.endpoints.front().port = proxy.port();
  options.backoff_first = options.backoff_max = Millis(1);
  proxy.cut_after(100'000);
  Client redis(loop, options);
  Callers callers(loop, *redis, 20);
  for (std::size_t i = 0; i < 200; ++i) {
    // Odd lengths, so that the cut lies in ever other places of commands and answers.
    proxy.cut_after(3'001 + i * 37);
    const std::size_t before = proxy.connections();
    ASSERT_TRUE(loop.run_until([&] { return proxy.connections() > before; }));
  }
  EXPECT_GT(callers.good, 1000);
  EXPECT_GT(callers.unavailable, 100);
  EXPECT_EQ(callers.others, 0);
  EXPECT_TRUE(callers.end()) << "a call hangs";
}

TEST(RedisFaults, notice_a_network_that_swallows_everything_and_subscribe_again_behind_it) {
  test::RedisServer server;
  test::Loop loop;
  test::FlakyProxy proxy(loop.io(), server.port());
  Options options = options_of(server);
  options.endpoints.front().port = proxy.port();
  options.command_timeout = Millis(100);
  options.connect_timeout = Millis(100);
  Client redis(loop, options);
  std::vector<bool> changes;
  std::string message;
  redis->on_connection([&](bool up) { changes.push_back(up); });
  redis->subscribe("c", [&](const auto&, const std::string& payload) { message = payload; });
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 1; }));
  proxy.swallow(true);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable: no answer"));
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 2; }));
  EXPECT_FALSE(changes.back());
  const std::size_t tried = proxy.connections();
  ASSERT_TRUE(loop.run_until([&] { return proxy.connections() > tried + 2; })) << "it must go on trying";
  proxy.swallow(false);
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 3; }));
  EXPECT_TRUE(changes.back());
  server.command({"PUBLISH", "c", "hello"});
  ASSERT_TRUE(loop.run_until([&] { return !message.empty(); }));
  EXPECT_EQ(message, "hello");
}

TEST(RedisFaults, do_not_hold_up_a_client_that_stops) {
  for (const char* url : {"redis://h", "redis+sentinel://h/master", "redis+cluster://h", "rediss://h"}) {
    test::Loop loop;
    using boost::asio::ip::tcp;
    // Takes connections and says nothing.
    tcp::acceptor silent(loop.io(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    Options options = options_from_url(url).value();
    options.endpoints = {{"127.0.0.1", silent.local_endpoint().port()}};
    options.connect_timeout = Millis(3'600'000);
    Client redis(loop, options);
    std::string answer;
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, std::string& to) -> awaitable<void> {
          Words words{"PING"};
          to = shown(co_await client.command(std::move(words)));
        }(*redis, answer),
        boost::asio::detached);
    redis->subscribe("c", [](const auto&, const auto&) {});
    bool connecting = false;
    silent.async_accept([&](boost::system::error_code, tcp::socket) { connecting = true; });
    ASSERT_TRUE(loop.run_until([&] { return connecting; })) << url;
    redis->stop();
    EXPECT_TRUE(loop.run_out()) << url;
    EXPECT_THAT(answer, StartsWith("unavailable")) << url;
  }
}

TEST(RedisFaults, take_no_other_server_for_redis) {
  test::Loop loop;
  using boost::asio::ip::tcp;
  tcp::acceptor other(loop.io(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  Options options;
  options.endpoints.push_back({"127.0.0.1", other.local_endpoint().port()});
  options.connect_timeout = Millis(200);
  Client redis(loop, options);
  other.async_accept([](boost::system::error_code, tcp::socket socket) {
    boost::asio::write(socket, boost::asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")));
    socket.shutdown(tcp::socket::shutdown_send);
  });
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
  EXPECT_FALSE(redis->is_connected());
}

}  // namespace
}  // namespace cutroom::redis_client
