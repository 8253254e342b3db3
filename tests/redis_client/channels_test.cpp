// Subscriptions, on a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_fixture.hpp"

namespace cutroom::redis_client {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class RedisChannels : public testing::Test {
 protected:
  Redis::Handler noted(std::string as) {
    return [this, as = std::move(as)](const std::string& channel, const std::string& payload) {
      messages.push_back(as + " " + channel + " " + payload);
    };
  }
  bool wait_for_messages(std::size_t n) {
    return loop.run_until([&] { return messages.size() >= n; });
  }
  // Until all subscriptions stand; to be called before they are made.
  void watch() {
    redis->on_connection([this](bool up) { changes.push_back(up); });
  }
  bool wait_for_changes(std::size_t n) {
    return loop.run_until([&] { return changes.size() >= n; });
  }

  test::RedisServer server;
  test::Loop loop;
  Client redis{loop, options_of(server)};
  std::vector<std::string> messages;
  std::vector<bool> changes;
};

TEST_F(RedisChannels, get_what_is_published_by_exact_name_and_by_pattern) {
  watch();
  redis->subscribe("news", noted("exact"));
  redis->psubscribe("new*", noted("glob"));
  ASSERT_TRUE(wait_for_changes(1));
  EXPECT_EQ(server.command({"PUBLISH", "news", "a\r\nb"}), "2");
  EXPECT_EQ(server.command({"PUBLISH", "newer", ""}), "1");
  EXPECT_EQ(server.command({"PUBLISH", "old", "x"}), "0");
  ASSERT_TRUE(wait_for_messages(3));
  EXPECT_THAT(messages, UnorderedElementsAre("exact news a\r\nb", "glob news a\r\nb", "glob newer "));
  EXPECT_EQ(redis.command({"PING"}), "PONG") << "commands have a connection of their own";
}

TEST_F(RedisChannels, call_every_handler_of_a_name_and_subscribe_it_once) {
  watch();
  redis->subscribe("c", noted("first"));
  redis->subscribe("c", noted("second"));
  ASSERT_TRUE(wait_for_changes(1));
  EXPECT_EQ(server.command({"PUBLISH", "c", "1"}), "1");
  ASSERT_TRUE(wait_for_messages(2));
  EXPECT_THAT(messages, ElementsAre("first c 1", "second c 1"));
}

TEST_F(RedisChannels, may_be_added_later_and_from_a_handler) {
  watch();
  ASSERT_TRUE(wait_for_changes(1));
  redis->subscribe("one", [this](const auto&, const auto&) { redis->subscribe("two", noted("inner")); });
  ASSERT_TRUE(wait_for_changes(2));
  server.command({"PUBLISH", "one", ""});
  ASSERT_TRUE(wait_for_changes(3));
  EXPECT_EQ(server.command({"PUBLISH", "two", "x"}), "1");
  ASSERT_TRUE(wait_for_messages(1));
  EXPECT_THAT(messages, ElementsAre("inner two x"));
  EXPECT_THAT(changes, ElementsAre(true, true, true));
}

TEST_F(RedisChannels, may_stop_the_client_from_a_handler) {
  watch();
  redis->subscribe("c", [this](const auto&, const auto&) { redis->stop(); });
  redis->subscribe("c", noted("after"));
  ASSERT_TRUE(wait_for_changes(1));
  server.command({"PUBLISH", "c", ""});
  EXPECT_TRUE(loop.run_out());
  EXPECT_TRUE(messages.empty());
}

TEST_F(RedisChannels, tell_a_listener_that_comes_late_that_all_stands) {
  ASSERT_TRUE(redis.connects());
  watch();
  ASSERT_TRUE(wait_for_changes(1));
  EXPECT_THAT(changes, ElementsAre(true));
}

TEST_F(RedisChannels, are_subscribed_again_after_the_server_has_been_away) {
  watch();
  redis->subscribe("c", noted("exact"));
  redis->psubscribe("p*", noted("glob"));
  ASSERT_TRUE(wait_for_changes(1));
  server.kill();
  ASSERT_TRUE(wait_for_changes(2));
  server.restart();
  ASSERT_TRUE(wait_for_changes(3));
  EXPECT_THAT(changes, ElementsAre(true, false, true));
  EXPECT_EQ(server.command({"PUBLISH", "c", "1"}), "1");
  EXPECT_EQ(server.command({"PUBLISH", "p1", "2"}), "1");
  ASSERT_TRUE(wait_for_messages(2));
  EXPECT_THAT(messages, UnorderedElementsAre("exact c 1", "glob p1 2"));
}

TEST_F(RedisChannels, come_back_alone_when_only_their_connection_breaks) {
  watch();
  redis->subscribe("c", noted("exact"));
  ASSERT_TRUE(wait_for_changes(1));
  const std::string commands_id = redis.command({"CLIENT", "ID"});
  server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
  ASSERT_TRUE(wait_for_changes(3));
  EXPECT_THAT(changes, ElementsAre(true, false, true));
  EXPECT_EQ(server.command({"PUBLISH", "c", "1"}), "1");
  ASSERT_TRUE(wait_for_messages(1));
  EXPECT_EQ(redis.command({"CLIENT", "ID"}), commands_id);
}

}  // namespace
}  // namespace cutroom::redis_client
