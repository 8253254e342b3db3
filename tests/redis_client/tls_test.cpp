// rediss://, with a real server and certificates of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates.hpp"
#include "redis_fixture.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::redis_client {
namespace {

using testing::StartsWith;

class RedisTls : public testing::Test {
 protected:
  static test::RedisServer::Options with_tls(const test::Certificates& certificates) {
    test::RedisServer::Options options;
    options.tls_certificate = certificates.path("server.crt");
    options.tls_key = certificates.path("server.key");
    options.tls_ca = certificates.path("ca.crt");
    return options;
  }
  // In tests that must not connect.
  Options trusting(const std::string& authority) const {
    Options options = options_of(server);
    options.tls_ca_file = certificates.path(authority);
    options.connect_timeout = Millis(300);
    return options;
  }

  test::TemporaryFolder folder;
  test::Certificates certificates{folder.path()};
  test::RedisServer server{with_tls(certificates)};
  test::Loop loop;
};

TEST_F(RedisTls, carries_calls_and_channels_and_comes_back) {
  Options options = trusting("ca.crt");
  EXPECT_TRUE(options.tls) << server.url();
  Client redis(loop, options);
  std::vector<bool> changes;
  std::string message;
  redis->on_connection([&](bool up) { changes.push_back(up); });
  redis->subscribe("c", [&](const auto&, const std::string& payload) { message = payload; });
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(redis.command({"SET", "k", large}), "OK");
  EXPECT_EQ(redis.command({"GET", "k"}), large);
  server.kill();
  ASSERT_TRUE(loop.run_until([&] { return !changes.empty() && !changes.back(); }));
  server.restart();
  ASSERT_TRUE(loop.run_until([&] { return changes.back(); }));
  EXPECT_EQ(redis.command({"PUBLISH", "c", "hello"}), "1");
  ASSERT_TRUE(loop.run_until([&] { return !message.empty(); }));
}

TEST_F(RedisTls, refuses_a_server_that_another_authority_has_signed) {
  Client redis(loop, trusting("other.crt"));
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
  EXPECT_FALSE(redis->is_connected());
}

TEST_F(RedisTls, refuses_a_certificate_that_is_for_somebody_else) {
  Options options = trusting("ca.crt");
  options.tls_server_name = "elsewhere.test";
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

TEST_F(RedisTls, takes_a_certificate_that_is_for_the_name_it_was_told) {
  Options options = trusting("ca.crt");
  options.tls_server_name = "redis.test";
  Client redis(loop, options);
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST_F(RedisTls, trusts_anybody_only_where_it_is_told_to) {
  Options options = trusting("other.crt");
  options.tls_verify = false;
  Client redis(loop, options);
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST_F(RedisTls, shows_its_own_certificate_where_the_server_wants_one) {
  server.command({"CONFIG", "SET", "tls-auth-clients", "yes"});
  Options options = trusting("ca.crt");
  {
    Client without(loop, options);
    EXPECT_THAT(without.command({"PING"}), StartsWith("unavailable"));
  }
  options.tls_cert_file = certificates.path("client.crt");
  options.tls_key_file = certificates.path("client.key");
  Client redis(loop, options);
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST_F(RedisTls, waits_for_an_authoritys_file_that_is_not_there_yet) {
  Options options = trusting("ca.crt");
  options.tls_ca_file = certificates.path("later.crt");
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
  std::filesystem::copy_file(certificates.path("ca.crt"), certificates.path("later.crt"));
  EXPECT_TRUE(redis.connects());
}

TEST_F(RedisTls, goes_to_sentinels_too) {
  test::RedisServer::Options watching = with_tls(certificates);
  watching.sentinel = true;
  watching.more = {"tls-replication yes",
                   "sentinel monitor queues 127.0.0.1 " + std::to_string(server.port()) + " 1"};
  test::RedisServer sentinel(watching);
  Options options = trusting("ca.crt");
  options.endpoints = {{"127.0.0.1", sentinel.port()}};
  options.sentinel_master = "queues";
  {
    Client redis(loop, options);
    EXPECT_EQ(redis.command({"CONFIG", "GET", "tls-port"}), "tls-port\n" + std::to_string(server.port()));
  }
  options.tls_ca_file = certificates.path("other.crt");
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

TEST_F(RedisTls, does_not_get_far_on_a_plain_port) {
  test::RedisServer plain;
  Options options = trusting("ca.crt");
  options.endpoints.front().port = plain.port();
  Client redis(loop, options);
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

}  // namespace
}  // namespace cutroom::redis_client
