// Submissions that are answered once their jobs are safe.
#include "fleet.hpp"
#include "support/redis_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;

class DurableTest : public FaultTest {
 protected:
  Answer hand_in(const ServerProcess& api, json::object options, const std::string& key = "") {
    std::vector<std::string> headers{"Content-Type: application/json"};
    if (!key.empty()) headers.push_back("Idempotency-Key: " + key);
    return send("POST", api.url("/api/image-queue/remove-bg-queue"), headers,
                json::serialize(json::value{{"recordId", 1},
                                            {"photoUrl", photos.url("/text")},
                                            {"vendorId", "v"},
                                            {"options", std::move(options)}}));
  }
  static json::value waiting(const ServerProcess& api) {
    return get(api.url("/api/image-queue/queue-stats")).json().at("backgroundRemoval").at("waiting");
  }
};

TEST_F(DurableTest, is_refused_by_name_where_redis_can_not_say_so) {
  RedisServer redis({.appendonly = true});  // Without replica; WAITAOF came later than 7.0.
  if (redis.command({"WAITAOF", "0", "0", "0"}).starts_with("-ERR unknown")) {
    auto& api = start("api", redis.url());
    const Answer answer = hand_in(api, {{"durable", true}});
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.json().at("details").at(0).at("field").as_string(), "options.durable");
    EXPECT_EQ(waiting(api), json::value(0));
    EXPECT_EQ(hand_in(api, {{"durable", false}}).status, 200);
    EXPECT_EQ(hand_in(api, {{"durable", "yes"}}).status, 400);
  } else {
    auto& api = start("api", redis.url());
    EXPECT_EQ(hand_in(api, {{"durable", true}}).status, 200) << "on disk, says WAITAOF";
  }
}

TEST_F(DurableTest, waits_for_a_replica_and_says_when_that_takes_too_long) {
  RedisServer redis;
  RedisServer replica({.more = {"replicaof 127.0.0.1 " + std::to_string(redis.port())}});
  redis.wait_for_replicas(1);
  auto& api = start("api", redis.url());
  EXPECT_EQ(hand_in(api, {{"durable", true}}).status, 200);
  EXPECT_EQ(waiting(api), json::value(1));

  replica.freeze();
  const Answer late = hand_in(api, {{"durable", true}}, "key");
  EXPECT_EQ(late.status, 503) << late.body;
  EXPECT_NE(late.body.find("may have been taken"), std::string::npos) << late.body;
  EXPECT_TRUE(late.headers.contains("retry-after"));
  EXPECT_EQ(hand_in(api, {{"durable", true}}, "key").status, 503) << "it is no safer now";
  EXPECT_EQ(hand_in(api, {}).status, 200) << "others don't wait for it";
  replica.thaw();
  const Answer again = hand_in(api, {{"durable", true}}, "key");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_TRUE(again.headers.contains("idempotent-replayed"));
  EXPECT_NE(replica.command(
                {"EXISTS", "bull:background-removal:" + std::string(again.json().at("jobId").as_string())}),
            "0");
}

TEST_F(DurableTest, holds_for_every_call_where_the_settings_say_so) {
  RedisServer redis;
  auto& api = start("api", redis.url(), {"--redis-durable", "true"});
  EXPECT_EQ(hand_in(api, {}).status, 400);
}

}  // namespace
}  // namespace cutroom::test
