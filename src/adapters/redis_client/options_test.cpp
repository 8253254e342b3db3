#include "adapters/redis_client/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/backoff.hpp"
#include "adapters/redis_client/command_bytes.hpp"
#include "adapters/redis_client/script.hpp"

namespace cutroom::redis_client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RedisUrl, may_leave_out_all_but_the_host) {
  const Options options = options_from_url("redis://queue.local").value();
  EXPECT_THAT(options.endpoints, ElementsAre(Endpoint{"queue.local", 6379}));
  EXPECT_EQ(options.user, "");
  EXPECT_EQ(options.password, "");
  EXPECT_EQ(options.database, 0);
  EXPECT_FALSE(options.tls);
  EXPECT_FALSE(options.cluster);
  EXPECT_EQ(options.sentinel_master, "");
}

TEST(RedisUrl, takes_user_password_port_and_database) {
  const Options options = options_from_url("rediss://wor%40ker:p%2fw%3A@10.0.0.7:7000/5").value();
  EXPECT_THAT(options.endpoints, ElementsAre(Endpoint{"10.0.0.7", 7000}));
  EXPECT_EQ(options.user, "wor@ker");
  EXPECT_EQ(options.password, "p/w:");
  EXPECT_EQ(options.database, 5);
  EXPECT_TRUE(options.tls);
  const Options password_only = options_from_url("redis://:secret@h/").value();
  EXPECT_EQ(password_only.user, "");
  EXPECT_EQ(password_only.password, "secret");
}

TEST(RedisUrl, takes_ipv6_addresses) {
  EXPECT_THAT(options_from_url("redis://[::1]:7000")->endpoints, ElementsAre(Endpoint{"::1", 7000}));
  EXPECT_THAT(options_from_url("redis://[fe80::2]")->endpoints, ElementsAre(Endpoint{"fe80::2", 6379}));
  EXPECT_EQ(text_of(Endpoint{"::1", 7000}), "[::1]:7000");
}

TEST(RedisUrl, names_sentinels_and_their_master) {
  const Options options = options_from_url("redis+sentinel://:pw@s1,s2:5000,[::1]/queues/2").value();
  EXPECT_THAT(options.endpoints,
              ElementsAre(Endpoint{"s1", 26379}, Endpoint{"s2", 5000}, Endpoint{"::1", 26379}));
  EXPECT_EQ(options.sentinel_master, "queues");
  EXPECT_EQ(options.database, 2);
  EXPECT_EQ(options.password, "pw");
  EXPECT_TRUE(options_from_url("rediss+sentinel://s1/m")->tls);
}

TEST(RedisUrl, names_cluster_nodes) {
  const Options options = options_from_url("redis+cluster://n1,n2:7001").value();
  EXPECT_THAT(options.endpoints, ElementsAre(Endpoint{"n1", 6379}, Endpoint{"n2", 7001}));
  EXPECT_TRUE(options.cluster);
  EXPECT_TRUE(options_from_url("rediss+cluster://n1")->tls);
}

TEST(RedisUrl, says_what_is_wrong_with_it) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "must begin"},
      {"localhost:6379", "must begin"},
      {"http://h", "must begin"},
      {"redisx://h", "must begin"},
      {"redis+shard://h", "must begin"},
      {"redis://", "no host"},
      {"redis://:6379", "no host"},
      {"redis://h:0", "port"},
      {"redis://h:70000", "port"},
      {"redis://h:12x", "port"},
      {"redis://[::1]x", "after the ]"},
      {"redis://h/x", "database"},
      {"redis://h/-1", "database"},
      {"redis://h/1/2", "database"},
      {"redis://user@h", "no password"},
      {"redis://u:%zz@h", "hex"},
      {"redis://u:%4@h", "hex"},
      {"redis://h1,h2", "several hosts"},
      {"redis://h?tls=1", "? or #"},
      {"redis+sentinel://s1", "master"},
      {"redis+cluster://n1/3", "only 0"},
      {"redis+cluster://n1,,n2", "no host"},
  };
  for (const auto& [url, what] : cases) {
    const auto options = options_from_url(url);
    ASSERT_FALSE(options) << url;
    EXPECT_EQ(options.error().code, Errc::invalid_input) << url;
    EXPECT_THAT(options.error().message, HasSubstr(what)) << url;
  }
}

TEST(Script, has_the_digest_that_redis_knows_it_by) {
  const Script script = make_script("one", "return 1");
  EXPECT_EQ(script.name, "one");
  EXPECT_EQ(script.text, "return 1");
  EXPECT_EQ(script.sha1, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

TEST(CommandBytes, keep_every_byte_of_a_word) {
  using namespace std::string_literals;
  std::string bytes = "before";
  append_command(bytes, {"SET", "k\0\r\n"s, ""});
  EXPECT_EQ(bytes, "before*3\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n"s);
}

TEST(Backoff, doubles_up_to_its_bound_and_is_spread) {
  Backoff backoff(Millis(50), Millis(300));
  for (const auto& [least, most] : {std::pair(25, 50), {50, 100}, {100, 200}, {150, 300}, {150, 300}}) {
    const Millis wait = backoff.next();
    EXPECT_GE(wait.count(), least);
    EXPECT_LE(wait.count(), most);
  }
  backoff.reset();
  EXPECT_LE(backoff.next().count(), 50);
}

}  // namespace
}  // namespace cutroom::redis_client
