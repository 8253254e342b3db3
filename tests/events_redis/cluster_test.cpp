// What a fleet shares, on a cluster: each kind on the node of its own tag, and a master that dies.
#include <gmock/gmock.h>

#include "adapters/limits_redis/redis_rate_limiter.hpp"
#include "adapters/vendors_redis/redis_vendor_store.hpp"
#include "adapters/workers_redis/redis_worker_registry.hpp"
#include "relay_fixture.hpp"
#include "support/redis_cluster.hpp"

namespace cutroom::events_redis {
namespace {

using testing::ElementsAre;

class OnClusterTest : public RelayTest {
 protected:
  std::string url() const override { return cluster.url(); }
  test::RedisCluster cluster;
};

TEST_F(OnClusterTest, limits_vendors_and_workers_are_shared) {
  const auto a = process();
  const auto b = process();
  const TimePoint now = clock.now();
  for (const auto* at : {&a, &b}) {
    limits_redis::RedisRateLimiter limiter((*at)->redis);
    std::vector<vendors::Charge> charges{{.key = "global x", .limit = *vendors::limit_from("2/1h")},
                                         {.key = "bulk acme", .limit = *vendors::limit_from("1/1h")}};
    const auto taken = loop.run(limiter.take(std::move(charges), now));
    ASSERT_TRUE(taken) << taken.error().detail;
    EXPECT_EQ((*taken)[1].allowed, at == &a);
  }

  vendors_redis::RedisVendorStore store(a->redis);
  vendors_redis::RedisVendorStore elsewhere(b->redis);
  std::vector<std::string> told;
  elsewhere.on_change([&](const vendors::VendorId& id) { told.push_back(id); });
  ASSERT_TRUE(loop.run_until([&] { return !told.empty(); }));
  ASSERT_TRUE(loop.run(store.save({.id = "v", .name = "n"})));
  ASSERT_TRUE(loop.run(store.add_key({.id = "k", .vendor = "v"})));
  ASSERT_TRUE(loop.run(store.add_usage({{.vendor = "v", .day = {}, .usage = {.jobs = 3}}})));
  ASSERT_TRUE(loop.run_until([&] { return told.back() == "v"; }));
  EXPECT_THAT(loop.run(elsewhere.load())->vendors, ElementsAre(vendors::Vendor{.id = "v", .name = "n"}));
  const vendors::Days always{.from = {}, .to = *vendors::day_from("2100-01-01")};
  EXPECT_EQ(loop.run(elsewhere.usage("v", always))->at(0).usage.jobs, 3U);
  ASSERT_TRUE(loop.run(elsewhere.remove("v")));
  EXPECT_TRUE(loop.run(store.load())->vendors.empty());

  workers_redis::RedisWorkerRegistry registry(a->redis);
  workers_redis::RedisWorkerRegistry other_registry(b->redis);
  ASSERT_TRUE(loop.run(registry.say({.id = "w"}, Millis{600'000})));
  EXPECT_EQ(loop.run(other_registry.alive())->size(), 1U);
}

TEST_F(OnClusterTest, events_go_on_after_the_master_that_has_them_died) {
  const auto a = process();
  const auto b = process();
  const auto at_a = a->hub.subscribe({});
  const auto at_b = b->hub.subscribe({});
  const auto hear = [&](Process& at, EventHub::Subscription& from, const std::string& last) {
    Seen seen;
    EXPECT_TRUE(
        take_until(at.hub, from, seen, [&] { return !seen.jobs.empty() && seen.jobs.back() == last; }));
    return seen;
  };
  publish(*a, "1");
  EXPECT_EQ(hear(*b, *at_b, "1").ids, hear(*a, *at_a, "1").ids);

  const std::string slot = cluster.node(0).command({"CLUSTER", "KEYSLOT", "cutroom:{events}:log"});
  std::size_t master = test::RedisCluster::kMasters - 1;
  while (std::stoul(slot) < test::RedisCluster::first_slot_of(master)) --master;
  cluster.node(master).kill();
  for (int i = 0; i < 50; ++i) publish(i % 2 == 0 ? *a : *b, "x");
  settle(*a);
  settle(*b);
  // The replica may not have had all: then everybody looks anew. What comes now is heard by all, under the
  // same id.
  publish(*a, "after");
  const Seen heard_at_a = hear(*a, *at_a, "after");
  const Seen heard_at_b = hear(*b, *at_b, "after");
  EXPECT_EQ(heard_at_a.ids.back(), heard_at_b.ids.back());
  if (heard_at_a.resyncs + heard_at_b.resyncs == 0) {
    EXPECT_EQ(heard_at_a.jobs.size(), 51U);
    EXPECT_EQ(heard_at_a.ids, heard_at_b.ids);
  }
}

}  // namespace
}  // namespace cutroom::events_redis
