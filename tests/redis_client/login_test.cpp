// Password, user, database and name of a connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_fixture.hpp"

namespace cutroom::redis_client {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(RedisLogin, gives_the_password_on_both_connections) {
  test::RedisServer::Options secret;
  secret.password = "p4ss-w";
  test::RedisServer server(secret);
  test::Loop loop;
  Options options = options_of(server);
  EXPECT_EQ(options.password, "p4ss-w");
  Client redis(loop, options);
  bool up = false;
  redis->on_connection([&](bool now) { up = now; });
  redis->subscribe("c", [](const auto&, const auto&) {});
  ASSERT_TRUE(loop.run_until([&] { return up; }));
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST(RedisLogin, gives_an_acl_users_name) {
  test::RedisServer server;
  server.command({"ACL", "SETUSER", "worker", "on", ">pw", "~q:*", "&*", "+@all"});
  test::Loop loop;
  Options options = options_of(server);
  options.user = "worker";
  options.password = "pw";
  Client redis(loop, options);
  EXPECT_EQ(redis.command({"ACL", "WHOAMI"}), "worker");
  EXPECT_EQ(redis.command({"SET", "q:1", "x"}), "OK");
  EXPECT_THAT(redis.command({"SET", "other", "x"}), StartsWith("storage_failed: NOPERM"));
}

TEST(RedisLogin, needs_few_rights_for_the_connection_itself) {
  test::RedisServer server;
  server.command({"ACL", "SETUSER", "worker", "on", ">pw", "~*", "&*", "-@all", "+ping", "+client|setname",
                  "+select", "+subscribe", "+psubscribe", "+get"});
  test::Loop loop;
  Options options = options_of(server);
  options.user = "worker";
  options.password = "pw";
  options.client_name = "cutroom";
  options.database = 1;
  Client redis(loop, options);
  bool up = false;
  redis->on_connection([&](bool now) { up = now; });
  redis->subscribe("c", [](const auto&, const auto&) {});
  redis->psubscribe("p*", [](const auto&, const auto&) {});
  ASSERT_TRUE(loop.run_until([&] { return up; }));
  EXPECT_EQ(redis.command({"GET", "k"}), "(nil)");
}

TEST(RedisLogin, is_tried_again_after_the_wrong_password_has_become_the_right_one) {
  test::RedisServer::Options secret;
  secret.password = "right";
  test::RedisServer server(secret);
  test::Loop loop;
  Options options = options_of(server);
  options.password = "later";
  options.connect_timeout = Millis(300);
  Client redis(loop, options);
  EXPECT_EQ(redis.command({"PING"}), "unavailable: not connected to Redis");
  server.command({"ACL", "SETUSER", "default", ">later"});
  EXPECT_TRUE(redis.connects());
}

TEST(RedisLogin, is_missed_where_the_server_wants_one) {
  test::RedisServer::Options secret;
  secret.password = "right";
  test::RedisServer server(secret);
  test::Loop loop;
  Options options = options_of(server);
  options.password = "";
  options.connect_timeout = Millis(200);
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

TEST(RedisLogin, selects_the_database_and_sets_the_name_after_every_break) {
  test::RedisServer server;
  test::Loop loop;
  Options options = options_of(server);
  options.database = 3;
  options.client_name = "cutroom-worker";
  Client redis(loop, options);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(redis.command({"CLIENT", "GETNAME"}), "cutroom-worker");
    EXPECT_THAT(redis.command({"CLIENT", "INFO"}), HasSubstr(" db=3 "));
    server.kill();
    ASSERT_TRUE(loop.run_until([&] { return !redis->is_connected(); }));
    server.restart();
    ASSERT_TRUE(redis.connects());
  }
}

}  // namespace
}  // namespace cutroom::redis_client
