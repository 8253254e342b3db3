// What a cluster's client must read right: keys' slots, the table of slots, redirections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/key_slot.hpp"
#include "adapters/redis_client/reply_error.hpp"
#include "adapters/redis_client/topology.hpp"

namespace cutroom::redis_client {
namespace {

using testing::ElementsAre;

TEST(KeySlot, is_what_redis_says) {
  // CLUSTER KEYSLOT of Redis 7.0.
  EXPECT_EQ(slot_of("123456789"), 12739);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of(""), 0);
}

TEST(KeySlot, is_that_of_the_hash_tag) {
  EXPECT_EQ(slot_of("bull:{images}:wait"), slot_of("images"));
  EXPECT_EQ(slot_of("{a}{b}"), slot_of("a"));
  EXPECT_EQ(slot_of("x{{a}}y"), slot_of("{a"));
  EXPECT_NE(slot_of("a{}b"), slot_of(""));
  EXPECT_NE(slot_of("a{b"), slot_of("b"));
}

TEST(KeySlot, of_commands_is_that_of_the_first_key) {
  const auto slot_of_all = [](std::vector<Words> commands) {
    return slot_of(std::span<const Words>(commands));
  };
  EXPECT_EQ(slot_of_all({{"GET", "k"}}), slot_of("k"));
  EXPECT_EQ(slot_of_all({{"EVALSHA", "abc", "2", "k", "l", "arg"}}), slot_of("k"));
  EXPECT_EQ(slot_of_all({{"EVAL", "return 1", "0", "arg"}}), std::nullopt);
  EXPECT_EQ(slot_of_all({{"MULTI"}, {"SET", "k", "v"}, {"EXEC"}}), slot_of("k"));
  EXPECT_EQ(slot_of_all({{"PING"}}), std::nullopt);
}

Reply text(std::string value) { return {std::move(value)}; }
Reply number(std::int64_t value) { return {value}; }
Reply list(std::vector<Reply> value) { return {std::move(value)}; }

TEST(Topology, names_the_master_of_each_range) {
  const Reply slots = list({
      list({number(0), number(5460), list({text("10.0.0.1"), number(7000), text("id")}),
            list({text("10.0.0.4"), number(7003)})}),
      list({number(5461), number(16383), list({Reply{}, number(7001)})}),
      list({number(1), number(99999), list({text("x"), number(1)})}),
      list({number(5), number(4), list({text("x"), number(1)})}),
      list({number(5), number(6), list({text("x"), number(70000)})}),
      text("nonsense"),
  });
  EXPECT_THAT(slot_ranges_of(slots, {"asked", 1}),
              ElementsAre(SlotRange{0, 5460, {"10.0.0.1", 7000}}, SlotRange{5461, 16383, {"asked", 7001}}));
  EXPECT_TRUE(slot_ranges_of(Reply{}, {"asked", 1}).empty());
}

TEST(Redirection, is_read_from_the_error_answer) {
  using enum Redirection::Kind;
  const auto of = [](const char* answer) { return redirection_of(error_of_reply(answer)); };
  EXPECT_EQ(of("MOVED 3999 127.0.0.1:6381"), (Redirection{moved, 3999, {"127.0.0.1", 6381}}));
  EXPECT_EQ(of("ASK 16383 fe80::1:6381"), (Redirection{ask, 16383, {"fe80::1", 6381}}));
  EXPECT_EQ(of("MOVED 3999 :6381"), (Redirection{moved, 3999, {"", 6381}}));
  EXPECT_EQ(of("TRYAGAIN Multiple keys request during rehashing of slot"), Redirection{later});
  EXPECT_EQ(of("CLUSTERDOWN The cluster is down"), Redirection{later});
  for (const char* other : {"ERR no", "MOVED", "MOVED 3999", "MOVED x 127.0.0.1:1", "MOVED 99999 h:1",
                            "MOVED 1 h:x", "MOVED 1 h", "LOADING"})
    EXPECT_EQ(of(other), std::nullopt) << other;
  EXPECT_EQ(redirection_of(text("MOVED 1 h:1")), std::nullopt) << "an answer, not an error";
}

}  // namespace
}  // namespace cutroom::redis_client
