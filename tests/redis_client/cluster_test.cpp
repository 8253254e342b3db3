// A real cluster of three masters and three replicas: keys everywhere, a slot that moves, a master that dies.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/command_bytes.hpp"
#include "adapters/redis_client/key_slot.hpp"
#include "certificates.hpp"
#include "redis_fixture.hpp"
#include "support/redis_cluster.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::awaitable;
using testing::StartsWith;

TEST(RedisClusterWithTls, is_found_and_served) {
  test::TemporaryFolder folder;
  const test::Certificates certificates(folder.path());
  test::RedisServer::Options with_tls;
  with_tls.tls_certificate = certificates.path("server.crt");
  with_tls.tls_key = certificates.path("server.key");
  with_tls.tls_ca = certificates.path("ca.crt");
  test::Loop loop;
  test::RedisCluster cluster(with_tls);
  Options options = options_from_url(cluster.url(5)).value();
  EXPECT_TRUE(options.tls);
  options.tls_ca_file = certificates.path("ca.crt");
  Client redis(loop, options);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(redis.command({"SET", "k" + std::to_string(i), "x"}), "OK");
}

class RedisClusterTest : public testing::Test {
 protected:
  Options options() const { return options_from_url(cluster.url()).value(); }

  // A tag whose keys lie on this master at first.
  static std::string tag_on(std::size_t master) {
    for (int i = 0;; ++i) {
      const std::string tag = "t" + std::to_string(i);
      const std::size_t slot = slot_of(tag);
      if (slot >= test::RedisCluster::first_slot_of(master) &&
          slot < test::RedisCluster::first_slot_of(master + 1))
        return tag;
    }
  }

  test::Loop loop;
  test::RedisCluster cluster;
};

// Counts up a key of its own, and knows what the answer must be.
class Counters {
 public:
  Counters(test::Loop& loop, Redis& redis, std::string tag, int n)
      : loop_(loop), redis_(redis), tag_(std::move(tag)) {
    for (int i = 0; i < n; ++i) boost::asio::co_spawn(loop.io(), count(key(i)), boost::asio::detached);
    running_ = n;
  }
  std::string key(int i) const { return "{" + tag_ + "}:" + std::to_string(i); }
  bool wait_for_good(int more) {
    return loop_.run_until([this, until = good + more] { return good >= until; });
  }
  bool end() {
    ending_ = true;
    return loop_.run_until([this] { return running_ == 0; });
  }

  int good = 0;
  int unavailable = 0;
  int others = 0;
  std::string last_other;

 private:
  awaitable<void> count(std::string key) {
    for (std::int64_t expected = 1; !ending_; ++expected) {
      Words words{"INCR", key};
      const auto answer = co_await redis_.command(std::move(words));
      if (answer && answer->integer() == expected) {
        ++good;
      } else if (!answer && answer.error().code == Errc::unavailable) {
        // It may have been done or not; and a replica that takes over may have missed the last ones.
        ++unavailable;
        Words look{"GET", key};
        const auto now = co_await redis_.command(std::move(look));
        expected = now ? now->integer() : expected - 1;
      } else if (answer && unavailable > 0) {
        ++good;
        expected = answer->integer();
      } else {
        ++others;
        last_other = shown(answer);
      }
    }
    --running_;
  }

  test::Loop& loop_;
  Redis& redis_;
  std::string tag_;
  int running_ = 0;
  bool ending_ = false;
};

TEST_F(RedisClusterTest, has_every_key_on_its_own_node) {
  Client redis(loop, options());
  for (int i = 0; i < 300; ++i) {
    const std::string key = "k" + std::to_string(i);
    ASSERT_EQ(redis.command({"SET", key, key}), "OK");
    ASSERT_EQ(redis.command({"GET", key}), key);
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(cluster.node(i).command({"DBSIZE"}), "0");

  const Script script =
      make_script("both", "return redis.call('SET', KEYS[1], ARGV[1]) and redis.call('GET', KEYS[1])");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string key = "{" + tag_on(i) + "}:s";
    EXPECT_EQ(shown(loop.run(redis->run(script, {key, key + "2"}, {"x"}))), "x");
    EXPECT_EQ(cluster.node(i).command({"GET", key}), "x");
    std::vector<Words> commands{{"MULTI"}, {"INCR", key + "n"}, {"EXEC"}, {"GET", key + "n"}};
    EXPECT_EQ(loop.run(redis->pipeline(std::move(commands))).value().back().text(), "1");
  }
  std::vector<Words> everywhere;
  for (int i = 0; i < 100; ++i) everywhere.push_back({"GET", "k" + std::to_string(i)});
  const auto values = loop.run(redis->pipeline(std::move(everywhere)));
  ASSERT_TRUE(values) << values.error().detail;
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(values->at(i).text(), "k" + std::to_string(i));
  EXPECT_EQ(redis.command({"PING"}), "PONG");
  EXPECT_THAT(redis.command({"MGET", "{a}", "{b}"}), StartsWith("storage_failed: CROSSSLOT"));
}

TEST_F(RedisClusterTest, is_found_by_any_of_its_nodes) {
  Options by_replica = options();
  // One that is not there, then a replica.
  by_replica.endpoints = {{"127.0.0.1", test::free_port()}, {"127.0.0.1", cluster.node(5).port()}};
  Client redis(loop, by_replica);
  EXPECT_EQ(redis.command({"SET", "{" + tag_on(1) + "}", "x"}), "OK");
}

TEST_F(RedisClusterTest, carries_messages_whichever_node_they_are_published_on) {
  Client redis(loop, options());
  bool up = false;
  std::vector<std::string> messages;
  redis->on_connection([&](bool now) { up = now; });
  redis->subscribe("c", [&](const auto&, const std::string& payload) { messages.push_back(payload); });
  ASSERT_TRUE(loop.run_until([&] { return up; }));
  // Nodes drop what they would tell one that they have no link to at that moment, as happens on a busy
  // machine: hence again where nothing comes of it.
  const auto hears = [&](const std::function<void(const std::string&)>& publish) {
    constexpr int kTries = 30;
    bool heard = false;
    for (int i = 0; i < kTries && !heard; ++i) {
      messages.clear();
      publish(std::to_string(i));
      heard = loop.run_until([&] { return !messages.empty(); }, std::chrono::seconds(2));
    }
    return heard;
  };
  for (std::size_t node = 0; node < 6; ++node) {
    EXPECT_TRUE(hears([&](const std::string& text) { cluster.node(node).command({"PUBLISH", "c", text}); }))
        << node;
  }
  EXPECT_TRUE(hears([&](const std::string& text) { redis.command({"PUBLISH", "c", text}); }));
}

TEST_F(RedisClusterTest, loses_and_doubles_nothing_while_a_slot_moves) {
  Client redis(loop, options());
  const std::string tag = tag_on(0);
  Counters counters(loop, *redis, tag, 20);
  ASSERT_TRUE(counters.wait_for_good(100));
  cluster.begin_move(slot_of(tag), 0, 1);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(counters.wait_for_good(50));
    cluster.move_key(counters.key(i), 0, 1);
  }
  ASSERT_TRUE(counters.wait_for_good(200));
  // Keys that are not there yet are made where the slot goes to.
  std::vector<Words> commands{
      {"SET", "{" + tag + "}:new", "x"}, {"GET", counters.key(3)}, {"GET", "{" + tag + "}:new"}};
  const auto replies = loop.run(redis->pipeline(std::move(commands)));
  ASSERT_TRUE(replies) << replies.error().detail;
  EXPECT_EQ(replies->at(2).text(), "x");
  const Script script = make_script("get", "return redis.call('GET', KEYS[1])");
  // A script may use keys that it does not name, and those may not have come yet: it waits until the slot has
  // moved.
  EXPECT_THAT(shown(loop.run(redis->run(script, {"{" + tag + "}:new"}, {}))),
              testing::StartsWith("unavailable: ASK"));
  cluster.end_move(slot_of(tag), 1);
  ASSERT_TRUE(counters.wait_for_good(200));
  EXPECT_EQ(shown(loop.run(redis->run(script, {"{" + tag + "}:new"}, {}))), "x");
  EXPECT_TRUE(counters.end());
  EXPECT_EQ(counters.others, 0) << counters.last_other;
  EXPECT_EQ(counters.unavailable, 0);
  EXPECT_EQ(cluster.node(1).command({"GET", "{" + tag + "}:new"}), "x");
}

// How often a server has answered with this error.
int refusals(const test::RedisServer& server, const std::string& kind) {
  const std::string counted = server.command({"INFO", "errorstats"});
  const std::string label = "errorstat_" + kind + ":count=";
  const std::size_t at = counted.find(label);
  return at == std::string::npos ? 0 : std::stoi(counted.substr(at + label.size()));
}

TEST_F(RedisClusterTest, waits_with_commands_of_several_keys_until_all_have_moved) {
  Client redis(loop, options());
  const std::string tag = "{" + tag_on(2) + "}";
  const std::size_t slot = slot_of(tag);
  redis.command({"MSET", tag + "a", "1", tag + "b", "2"});
  cluster.begin_move(slot, 2, 0);
  cluster.move_key(tag + "a", 2, 0);
  std::vector<std::string> answers;
  for (const bool transaction : {false, true})
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, std::string keys, bool multi, std::vector<std::string>& to) -> awaitable<void> {
          Words get{"MGET", keys + "a", keys + "b"};
          if (!multi) {
            to.push_back(shown(co_await client.command(std::move(get))));
            co_return;
          }
          std::vector<Words> commands{{"MULTI"}, {"INCR", keys + "a"}, {"INCR", keys + "b"}, {"EXEC"}};
          const auto all = co_await client.pipeline(std::move(commands));
          to.push_back(all ? shown(all->back()) : all.error().detail);
        }(*redis, tag, transaction, answers),
        boost::asio::detached);
  ASSERT_TRUE(loop.run_until(
      [&] { return refusals(cluster.node(2), "TRYAGAIN") >= 3 && refusals(cluster.node(2), "ASK") >= 3; }));
  EXPECT_TRUE(answers.empty()) << answers.front();
  cluster.move_key(tag + "b", 2, 0);
  cluster.end_move(slot, 0);
  ASSERT_TRUE(loop.run_until([&] { return answers.size() == 2; }));
  EXPECT_EQ(cluster.node(0).command({"MGET", tag + "a", tag + "b"}), "2\n3");
}

TEST_F(RedisClusterTest, goes_on_without_a_master_that_dies_and_with_the_replica_that_takes_over) {
  Client redis(loop, options());
  std::vector<bool> changes;
  std::vector<std::string> messages;
  redis->on_connection([&](bool up) { changes.push_back(up); });
  redis->subscribe("c", [&](const auto&, const std::string& payload) { messages.push_back(payload); });
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 1; }));
  Counters on_dead(loop, *redis, tag_on(0), 5);
  Counters elsewhere(loop, *redis, tag_on(1), 5);
  ASSERT_TRUE(on_dead.wait_for_good(100));

  cluster.node(0).kill();
  ASSERT_TRUE(loop.run_until([&] { return on_dead.unavailable > 10; }));
  EXPECT_TRUE(redis->is_connected());
  const std::size_t told = changes.size();
  ASSERT_TRUE(on_dead.wait_for_good(100)) << "the replica takes over";
  ASSERT_TRUE(elsewhere.wait_for_good(100));
  ASSERT_TRUE(loop.run_until([&] { return changes.size() > told && changes.back(); }))
      << "all is there again";
  EXPECT_EQ(on_dead.others, 0) << on_dead.last_other;
  EXPECT_EQ(elsewhere.others, 0) << elsewhere.last_other;
  EXPECT_THAT(cluster.node(3).command({"ROLE"}), StartsWith("master"));

  // Two replicas more away: nobody needs them.
  cluster.node(4).kill();
  cluster.node(5).kill();
  ASSERT_TRUE(on_dead.wait_for_good(100));
  ASSERT_TRUE(elsewhere.wait_for_good(100));
  ASSERT_TRUE(loop.run_until([&] {
    cluster.node(1).command({"PUBLISH", "c", "still here"});
    return !messages.empty();
  }));

  // Who starts now finds the rest.
  Client late(loop, options());
  EXPECT_EQ(late.command({"SET", "{" + tag_on(0) + "}:late", "x"}), "OK");
  EXPECT_TRUE(on_dead.end() && elsewhere.end());
}

TEST_F(RedisClusterTest, tells_that_the_connection_broke_when_all_nodes_are_away) {
  Client redis(loop, options());
  std::vector<bool> changes;
  redis->on_connection([&](bool up) { changes.push_back(up); });
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 1; }));
  for (std::size_t i = 0; i < 6; ++i) cluster.node(i).kill();
  ASSERT_TRUE(loop.run_until([&] { return changes.size() == 2; }));
  EXPECT_FALSE(redis->is_connected());
  EXPECT_THAT(redis.command({"GET", "k"}), StartsWith("unavailable"));
  for (std::size_t i = 0; i < 6; ++i) cluster.node(i).restart();
  ASSERT_TRUE(loop.run_until([&] { return changes.back(); }));
  ASSERT_TRUE(loop.run_until([&] { return redis.command({"SET", "k", "v"}) == "OK"; }));
  redis->stop();
  EXPECT_TRUE(loop.run_out());
}

}  // namespace
}  // namespace cutroom::redis_client
