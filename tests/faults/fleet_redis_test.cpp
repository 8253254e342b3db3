// What happens to jobs when something happens to Redis.
#include <algorithm>

#include "fleet.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

using Steady = std::chrono::steady_clock;

// A cluster's nodes take their time to miss a master and to vote, and tell nobody of it.
constexpr std::chrono::seconds kPromotedMax{60};

class RedisFault : public FaultTest {};

TEST_F(RedisFault, a_server_that_syncs_every_write_is_killed_and_loses_nothing) {
  RedisServer redis({.appendonly = true, .appendfsync = "always"});
  auto& api = start("api", redis.url());
  start("worker", redis.url());
  start("worker", redis.url());
  begin_load({&api});
  for (int i = 0; i < 3; ++i) {
    wait_for_acknowledged(60);
    redis.kill();
    redis.restart();
  }
  wait_for_acknowledged(20);
  EXPECT_EQ(account("redis-server killed three times, appendfsync always", api).lost, 0);
  expect_clean(redis.url());
}

TEST_F(RedisFault, a_server_that_syncs_every_second_is_killed_and_loses_two_seconds_at_most) {
  RedisServer redis({.appendonly = true, .appendfsync = "everysec"});
  auto& api = start("api", redis.url());
  start("worker", redis.url());
  start("worker", redis.url());
  begin_load({&api});
  std::vector<Steady::time_point> kills;
  for (int i = 0; i < 2; ++i) {
    wait_for_acknowledged(100);
    kills.push_back(Steady::now());
    redis.kill();
    redis.restart();
  }
  wait_for_acknowledged(20);
  account("redis-server killed twice, appendfsync everysec", api);
  for (const auto at : lost_at) {
    const bool is_recent = std::any_of(kills.begin(), kills.end(), [&](auto kill) {
      return at > kill - std::chrono::seconds(2) && at < kill + std::chrono::milliseconds(100);
    });
    EXPECT_TRUE(is_recent) << "what was acknowledged longer before was on disk";
  }
  expect_clean(redis.url());
}

TEST_F(RedisFault, a_master_dies_under_load_and_no_durable_job_is_lost) {
  RedisServer master;
  const std::vector<std::string> of_master{"replicaof 127.0.0.1 " + std::to_string(master.port())};
  RedisServer replica({.more = of_master});
  // One more, so that there is a witness after the failover as well.
  RedisServer second({.more = of_master});
  master.wait_for_replicas(2);
  const std::vector<std::string> watching{
      "sentinel monitor queues 127.0.0.1 " + std::to_string(master.port()) + " 1",
      "sentinel down-after-milliseconds queues 500", "sentinel failover-timeout queues 5000"};
  RedisServer sentinel({.sentinel = true, .more = watching});
  sentinel.wait_for_message("+slave", [&] {
    return sentinel.command({"SENTINEL", "MASTER", "queues"}).find("num-slaves\n2\n") != std::string::npos;
  });
  const std::string url = "redis+sentinel://127.0.0.1:" + std::to_string(sentinel.port()) + "/queues";
  auto& api = start("api", url);
  start("worker", url);
  start("worker", url);
  begin_load({&api}, {.submitters = 4, .durable = true});
  wait_for_acknowledged(150);
  master.kill();
  wait_for_acknowledged(100);
  EXPECT_EQ(account("Sentinel: the master killed under load, durable jobs", api).lost, 0);
  expect_clean(url);
}

TEST_F(RedisFault, a_slot_moves_to_another_node_while_its_jobs_flow) {
  RedisCluster cluster(RedisServer::Options{}, RedisCluster::Replicas::none);
  auto& first = start("api", cluster.url());
  auto& second = start("api", cluster.url());
  start("worker", cluster.url());
  start("worker", cluster.url());
  begin_load({&first, &second}, {.with_webhook = true});
  const auto slot = static_cast<std::size_t>(
      std::stoi(cluster.node(0).command({"CLUSTER", "KEYSLOT", "bull:{background-removal}:wait"})));
  std::size_t from = slot * RedisCluster::kMasters / 16'384;
  for (int move = 0; move < 3; ++move) {
    wait_for_acknowledged(60);
    const std::size_t to = (from + 1) % RedisCluster::kMasters;
    cluster.begin_move(slot, from, to);
    for (;;) {
      const std::string keys =
          cluster.node(from).command({"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), "50"});
      if (keys.empty()) break;
      for (std::size_t at = 0; at < keys.size();) {
        const std::size_t end = std::min(keys.find('\n', at), keys.size());
        cluster.move_key(keys.substr(at, end - at), from, to);
        at = end + 1;
      }
    }
    cluster.end_move(slot, to);
    from = to;
  }
  wait_for_acknowledged(40);
  EXPECT_EQ(account("a cluster's slot moved three times under load", first).lost, 0);
  expect_clean(cluster.url());
}

TEST_F(RedisFault, a_node_of_the_cluster_dies_and_no_durable_job_is_lost) {
  RedisCluster cluster;
  auto& api = start("api", cluster.url());
  start("worker", cluster.url());
  start("worker", cluster.url());
  begin_load({&api}, {.submitters = 4, .durable = true});
  wait_for_acknowledged(100);
  const auto slot = static_cast<std::size_t>(
      std::stoi(cluster.node(0).command({"CLUSTER", "KEYSLOT", "bull:{background-removal}:wait"})));
  const std::size_t owner = slot * RedisCluster::kMasters / 16'384;
  cluster.node(owner).kill();
  // Its replica takes over. Without persistence it must not come back before: it would be an empty master.
  RedisServer& heir = cluster.node(owner + RedisCluster::kMasters);
  ASSERT_TRUE(wait_until([&] { return heir.command({"ROLE"}).starts_with("master"); }, kPromotedMax));
  cluster.node(owner).restart();
  wait_for_acknowledged(60);
  EXPECT_EQ(account("a cluster's master killed under load, durable jobs", api).lost, 0);
  expect_clean(cluster.url());
}

}  // namespace
}  // namespace cutroom::test
