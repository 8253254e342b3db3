// A master, its replica and three sentinels; the master moves.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/command_bytes.hpp"
#include "callers.hpp"
#include "redis_fixture.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::ip::tcp;
using testing::StartsWith;

test::RedisServer::Options replica_of(const test::RedisServer& master) {
  test::RedisServer::Options options;
  options.more = {"replicaof 127.0.0.1 " + std::to_string(master.port())};
  return options;
}

test::RedisServer::Options sentinel_of(const test::RedisServer& master) {
  test::RedisServer::Options options;
  options.sentinel = true;
  options.more = {"sentinel monitor queues 127.0.0.1 " + std::to_string(master.port()) + " 2",
                  "sentinel down-after-milliseconds queues 500", "sentinel failover-timeout queues 3000"};
  return options;
}

class RedisSentinel : public testing::Test {
 protected:
  RedisSentinel() {
    // A failover needs the others' votes and a replica to choose.
    for (const test::RedisServer* sentinel : {&first, &second, &third})
      EXPECT_TRUE(loop.run_until([&] {
        const std::string known = sentinel->command({"SENTINEL", "MASTER", "queues"});
        return known.find("num-slaves\n1\nnum-other-sentinels\n2\n") != std::string::npos;
      }));
  }

  Options options() const {
    Options all;
    for (const test::RedisServer* sentinel : {&first, &second, &third})
      all.endpoints.push_back({"127.0.0.1", sentinel->port()});
    all.sentinel_master = "queues";
    return all;
  }

  // Until `server` is the one that `redis` writes to.
  bool writes_to(Client& redis, const test::RedisServer& server) {
    return loop.run_until(
        [&] {
          const std::string now = std::to_string(++written_);
          return redis.command({"SET", "k", now}) == "OK" && server.try_command({"GET", "k"}) == now;
        },
        kFailoverMax);
  }

  // On request. A failover that takes too long is given up by the sentinel that began it, so it is asked for
  // again.
  bool fails_over() {
    return loop.run_until(
        [&] {
          if (replica.try_command({"ROLE"}).starts_with("master")) return true;
          const std::string state = second.try_command({"SENTINEL", "MASTER", "queues"});
          if (!state.empty() && state.find("failover_in_progress") == std::string::npos)
            second.try_command({"SENTINEL", "FAILOVER", "queues"});
          return false;
        },
        kFailoverMax);
  }

  // A sentinel whose machine held it up for two seconds looks on for the next thirty (TILT), and may be held
  // up again.
  static constexpr std::chrono::seconds kFailoverMax{180};

  test::Loop loop;
  test::RedisServer master;
  test::RedisServer replica{replica_of(master)};
  test::RedisServer first{sentinel_of(master)};
  test::RedisServer second{sentinel_of(master)};
  test::RedisServer third{sentinel_of(master)};

 private:
  int written_ = 0;
};

TEST_F(RedisSentinel, leads_to_the_master_wherever_it_moves) {
  first.kill();  // The first to be asked is away: the next one knows as well.
  Options patient = options();
  // So that only news of the move can move the calls that wait for a server that says nothing.
  patient.command_timeout = Millis(3'600'000);
  Client redis(loop, patient);
  Callers callers(loop, *redis, 10);
  std::vector<bool> changes;
  std::string message;
  redis->on_connection([&](bool up) { changes.push_back(up); });
  redis->subscribe("c", [&](const auto&, const std::string& payload) { message = payload; });
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 1; }));
  EXPECT_EQ(redis.command({"CONFIG", "GET", "port"}), "port\n" + std::to_string(master.port()));
  first.restart();

  // On request, both servers alive.
  ASSERT_TRUE(fails_over());
  ASSERT_TRUE(writes_to(redis, replica));
  ASSERT_TRUE(loop.run_until([&] { return changes.size() >= 3 && changes.back(); }));
  replica.command({"PUBLISH", "c", "from the new master"});
  ASSERT_TRUE(loop.run_until([&] { return !message.empty(); }));

  // And because the master is there but says nothing, as if its machine hung.
  ASSERT_TRUE(
      loop.run_until([&] { return master.try_command({"ROLE"}).starts_with("slave"); }, kFailoverMax));
  ASSERT_TRUE(loop.run_until(
      [&] {
        return second.try_command({"SENTINEL", "MASTER", "queues"}).find("flags\nmaster\n") !=
                   std::string::npos &&
               third.try_command({"SENTINEL", "MASTER", "queues"}).find("num-slaves\n1\n") !=
                   std::string::npos;
      },
      kFailoverMax));
  ASSERT_TRUE(callers.wait_for_good(100));
  replica.freeze();
  ASSERT_TRUE(loop.run_until(
      [&] { return redis->is_connected() && master.try_command({"ROLE"}).starts_with("master"); },
      kFailoverMax));
  ASSERT_TRUE(writes_to(redis, master));
  ASSERT_TRUE(callers.wait_for_good(100));
  EXPECT_TRUE(callers.end()) << "a call hangs";
  EXPECT_EQ(callers.others, 0);
  redis->stop();
  EXPECT_TRUE(loop.run_out());
}

// Answers whatever is asked first with an address, like a sentinel that has not heard the news.
class OutdatedSentinel {
 public:
  OutdatedSentinel(boost::asio::io_context& io, std::uint16_t port)
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    const std::string text = std::to_string(port);
    answer_ = "*2\r\n$9\r\n127.0.0.1\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    accept();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int asked = 0;

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code failed, tcp::socket socket) {
      if (failed) return;
      ++asked;
      boost::asio::write(socket, boost::asio::buffer(answer_), failed);
      socket.shutdown(tcp::socket::shutdown_send, failed);
      kept_.push_back(std::move(socket));
      accept();
    });
  }
  tcp::acceptor acceptor_;
  std::string answer_;
  std::vector<tcp::socket> kept_;
};

TEST(RedisSentinelNews, that_are_outdated_are_not_believed) {
  test::Loop loop;
  test::RedisServer master;
  test::RedisServer replica(replica_of(master));
  test::RedisServer right(sentinel_of(master));
  OutdatedSentinel wrong(loop.io(), replica.port());
  Options options;
  options.endpoints = {{"127.0.0.1", wrong.port()}, {"127.0.0.1", right.port()}};
  options.sentinel_master = "queues";
  Client redis(loop, options);
  ASSERT_TRUE(redis.connects());
  EXPECT_GT(wrong.asked, 0);
  EXPECT_EQ(redis.command({"CONFIG", "GET", "port"}), "port\n" + std::to_string(master.port()));
}

TEST(RedisSentinelNews, are_for_those_who_know_the_password_and_the_masters_name) {
  test::Loop loop;
  test::RedisServer::Options secret;
  secret.password = "data-pw";
  test::RedisServer master(secret);
  test::RedisServer::Options watching = sentinel_of(master);
  watching.more.push_back("sentinel auth-pass queues data-pw");
  watching.password = "sentinel-pw";
  test::RedisServer sentinel(watching);
  Options options;
  options.endpoints = {{"127.0.0.1", sentinel.port()}};
  options.sentinel_master = "queues";
  options.sentinel_password = "sentinel-pw";
  options.password = "data-pw";
  options.connect_timeout = Millis(300);
  {
    Client redis(loop, options);
    EXPECT_EQ(redis.command({"PING"}), "PONG");
  }
  options.sentinel_master = "others";
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

}  // namespace
}  // namespace cutroom::redis_client
