// What the conformance suite can't ask: several processes, many vendors, a Redis that goes away.
#include "adapters/vendors_redis/redis_vendor_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_client/redis_test_loop.hpp"
#include "support/redis_server.hpp"

namespace cutroom::conformance {
namespace {

using testing::ElementsAre;

class RedisVendorStore : public testing::Test {
 protected:
  // A process: its own client of the one server.
  struct Process {
    Process(test::Loop& loop, const test::RedisServer& server)
        : redis(loop.io().get_executor(), redis_client::options_from_url(server.url()).value()) {}
    ~Process() { redis.stop(); }
    redis_client::Redis redis;
    vendors_redis::RedisVendorStore store{redis};
  };
  ~RedisVendorStore() override { loop.run_out(); }
  bool save(Process& by, std::string id) {
    return loop.run(by.store.save({.id = std::move(id)})).has_value();
  }

  test::Loop loop;
  test::RedisServer server;
};

TEST_F(RedisVendorStore, tells_every_process_whose_vendor_or_key_was_changed) {
  Process a(loop, server);
  Process b(loop, server);
  std::vector<std::string> told;
  b.store.on_change([&](const vendors::VendorId& id) { told.push_back(id); });
  ASSERT_TRUE(loop.run_until([&] { return !told.empty(); }));
  EXPECT_EQ(told, std::vector<std::string>{""}) << "before its subscription stood any may have been changed";
  told.clear();
  ASSERT_TRUE(save(a, "v1"));
  ASSERT_TRUE(loop.run(a.store.add_key({.id = "k1", .vendor = "v1"})));
  ASSERT_TRUE(loop.run(a.store.revoke_key("v1", "k1", from_unix_ms(1))));
  ASSERT_TRUE(loop.run(a.store.revoke_key("v1", "k1", from_unix_ms(2))));  // Changes nothing.
  ASSERT_TRUE(loop.run(a.store.add_usage({{.vendor = "v1", .day = {}, .usage = {.jobs = 1}}})));
  ASSERT_TRUE(loop.run(a.store.note_key_use({{.key_id = "k1", .day = {}}})));
  ASSERT_TRUE(loop.run(a.store.remove("v1")));
  ASSERT_TRUE(save(a, "v2"));
  ASSERT_TRUE(loop.run_until([&] { return !told.empty() && told.back() == "v2"; }));
  EXPECT_THAT(told, ElementsAre("v1", "v1", "v1", "v1", "v2"));
}

TEST_F(RedisVendorStore, says_that_any_may_have_been_changed_after_the_connection_broke) {
  Process a(loop, server);
  int any = 0;
  a.store.on_change([&](const vendors::VendorId& id) { any += id.empty(); });
  ASSERT_TRUE(loop.run_until([&] { return any > 0; }));
  const int before = any;
  server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_TRUE(loop.run_until([&] { return any > before; }));
}

TEST_F(RedisVendorStore, reads_many_vendors_page_by_page_in_order) {
  Process a(loop, server);
  std::vector<std::string> expected;
  for (int i = 0; i < 1'200; ++i) {
    expected.push_back("v" + std::to_string(i));
    ASSERT_TRUE(save(a, expected.back()));
  }
  ASSERT_TRUE(loop.run(a.store.add_key({.id = "k", .vendor = "v1199"})));
  std::ranges::sort(expected);
  const auto all = loop.run(a.store.load());
  ASSERT_TRUE(all);
  std::vector<std::string> ids;
  for (const vendors::Vendor& vendor : all->vendors) ids.push_back(vendor.id);
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(all->keys.size(), 1U);
}

TEST_F(RedisVendorStore, leaves_nothing_of_a_vendor_that_was_removed) {
  Process a(loop, server);
  ASSERT_TRUE(save(a, "v"));
  ASSERT_TRUE(loop.run(a.store.add_key({.id = "k", .vendor = "v"})));
  ASSERT_TRUE(loop.run(a.store.add_usage({{.vendor = "v", .day = {}, .usage = {.jobs = 1}}})));
  ASSERT_TRUE(loop.run(a.store.remove("v")));
  EXPECT_EQ(server.command({"KEYS", "*"}), "cutroom:{vendors}:changes");
}

TEST_F(RedisVendorStore, fails_while_redis_is_away_and_has_all_when_it_is_back) {
  test::RedisServer kept({.appendonly = true, .appendfsync = "always"});
  Process a(loop, kept);
  ASSERT_TRUE(save(a, "v"));
  kept.kill();
  ASSERT_TRUE(loop.run_until([&] { return !a.redis.is_connected(); }));
  EXPECT_EQ(loop.run(a.store.save({.id = "w"})).error().code, Errc::unavailable);
  kept.restart();
  ASSERT_TRUE(loop.run_until([&] { return a.redis.is_connected(); }));
  EXPECT_THAT(loop.run(a.store.load())->vendors, ElementsAre(vendors::Vendor{.id = "v"}));
}

}  // namespace
}  // namespace cutroom::conformance
