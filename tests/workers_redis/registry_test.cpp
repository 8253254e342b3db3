#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/workers_redis/redis_worker_registry.hpp"
#include "redis_client/redis_test_loop.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::workers_redis {
namespace {

using engine::WorkerState;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kLong{600'000};

WorkerState worker(std::string id, std::int64_t started_ms) {
  return {.id = std::move(id),
          .host = "höst",
          .pid = 4711,
          .version = "1.2.3",
          .started_at = from_unix_ms(started_ms),
          .heartbeat_at = from_unix_ms(1'764'000'000'123),
          .queues = {{.name = "background-removal", .slots = 3, .running = {"17", "a-custom:id"}},
                     {.name = "face-crop", .slots = 2, .running = {}}}};
}

class RedisWorkerRegistryTest : public testing::Test {
 public:
  ~RedisWorkerRegistryTest() override { redis.stop(); }

 protected:
  std::vector<WorkerState> alive() { return loop.run(registry.alive()).value(); }
  void say(WorkerState state, Millis good_for = kLong) {
    ASSERT_TRUE(loop.run(registry.say(std::move(state), good_for)));
  }

  test::RedisServer server;
  test::Loop loop;
  redis_client::Redis redis{loop.io().get_executor(), redis_client::options_from_url(server.url()).value()};
  RedisWorkerRegistry registry{redis};
};

TEST_F(RedisWorkerRegistryTest, shows_to_every_process_what_each_worker_has_said_last) {
  EXPECT_THAT(alive(), IsEmpty());
  say(worker("later", 2'000));
  say(worker("b", 1'000));
  say(worker("a", 1'000));
  WorkerState idle = worker("later", 2'000);
  idle.queues[0].running.clear();
  say(idle);
  redis_client::Redis other(loop.io().get_executor(), redis_client::options_from_url(server.url()).value());
  RedisWorkerRegistry elsewhere(other);
  EXPECT_THAT(loop.run(elsewhere.alive()).value(), ElementsAre(worker("a", 1'000), worker("b", 1'000), idle));
  other.stop();
}

TEST_F(RedisWorkerRegistryTest, a_worker_that_leaves_is_gone) {
  say(worker("a", 1));
  say(worker("b", 2));
  ASSERT_TRUE(loop.run(registry.leave("a")));
  ASSERT_TRUE(loop.run(registry.leave("nobody")));
  EXPECT_THAT(alive(), ElementsAre(worker("b", 2)));
}

TEST_F(RedisWorkerRegistryTest, a_worker_that_says_nothing_more_is_taken_for_dead) {
  say(worker("silent", 1), Millis{1});
  say(worker("b", 2));
  EXPECT_TRUE(test::wait_until([&] { return alive().size() == 1; }, std::chrono::seconds(30)));
  EXPECT_THAT(alive(), ElementsAre(worker("b", 2)));
  EXPECT_EQ(server.command({"SMEMBERS", "cutroom:{workers}:ids"}), "b") << "and forgotten";
}

TEST_F(RedisWorkerRegistryTest, passes_over_what_it_can_not_read) {
  say(worker("a", 1));
  say(worker("b", 2));
  server.command({"SET", "cutroom:{workers}:worker:a", "{\"id\":1}"});
  EXPECT_THAT(alive(), ElementsAre(worker("b", 2)));
}

TEST_F(RedisWorkerRegistryTest, fails_while_redis_is_away) {
  say(worker("a", 1));
  server.kill();
  ASSERT_TRUE(loop.run_until([this] { return !redis.is_connected(); }));
  EXPECT_EQ(loop.run(registry.alive()).error().code, Errc::unavailable);
  EXPECT_EQ(loop.run(registry.say(worker("a", 1), kLong)).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace cutroom::workers_redis
