#include "engine/vendor_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vendor_fixture.hpp"

namespace cutroom::engine {
namespace {

using vendors::Vendor;

class VendorDirectoryTest : public testing::Test, protected test::VendorWorld {
 protected:
  std::string key_of(const std::string& vendor) { return run(directory.add_key(vendor, "")).value().text; }
  // Which of two vendors is served first says what shares they have: the heavier one gets two in a row.
  std::vector<std::string> served(std::vector<std::string> vendors) {
    std::vector<jobs::NewJob> news;
    for (const std::string& vendor : vendors)
      for (int i = 0; i < 4; ++i) news.push_back({.queue = "q", .vendor = vendor, .payload_json = "{}"});
    EXPECT_TRUE(run(jobs.add(news, clock.time)));
    std::vector<std::string> order;
    for (;;) {
      const auto claim = run(jobs.claim({.queue = "q", .worker = "w", .now = clock.time}));
      if (!claim || !claim->job) return order;
      order.push_back(claim->job->job.vendor);
    }
  }
};

TEST_F(VendorDirectoryTest, knows_whose_a_key_is) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  ASSERT_TRUE(run(directory.create({.id = "other"})));
  const std::string key = key_of("acme");
  ASSERT_NE(directory.opened_by(key), nullptr);
  EXPECT_EQ(directory.opened_by(key)->id, "acme");
  EXPECT_EQ(directory.opened_by(key_of("other"))->id, "other");
  EXPECT_EQ(directory.opened_by("ck_nonsense"), nullptr);
  EXPECT_EQ(directory.opened_by(""), nullptr);
}

TEST_F(VendorDirectoryTest, shuts_a_revoked_key_at_once_also_where_the_store_fails) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  const std::string key = key_of("acme");
  store.broken = Error{.code = Errc::storage_failed};
  EXPECT_FALSE(run(directory.revoke_key("acme", std::string(vendors::api_key_parts(key)->id))));
  EXPECT_EQ(directory.opened_by(key), nullptr);
}

TEST_F(VendorDirectoryTest, has_everything_again_after_a_restart) {
  ASSERT_TRUE(run(directory.create({.id = "acme", .name = "Acme"})));
  const std::string good = key_of("acme");
  const std::string bad = key_of("acme");
  ASSERT_TRUE(run(directory.revoke_key("acme", std::string(vendors::api_key_parts(bad)->id))));
  VendorDirectory again(io.get_executor(), store, jobs, clock, {});
  ASSERT_TRUE(run(again.load()));
  ASSERT_NE(again.find("acme"), nullptr);
  EXPECT_EQ(again.find("acme")->name, "Acme");
  EXPECT_NE(again.opened_by(good), nullptr);
  EXPECT_EQ(again.opened_by(bad), nullptr);
  EXPECT_EQ(again.keys_of("acme").size(), 2U);
}

TEST_F(VendorDirectoryTest, changes_nothing_where_the_store_fails) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  store.broken = Error{.code = Errc::storage_failed};
  EXPECT_FALSE(run(directory.create({.id = "other"})));
  EXPECT_EQ(directory.find("other"), nullptr);
  EXPECT_FALSE(run(directory.change("acme", [](Vendor& vendor) -> Result<void> {
    vendor.weight = 9;
    return {};
  })));
  EXPECT_EQ(directory.find("acme")->weight, 1.0);
  EXPECT_FALSE(run(directory.remove("acme")));
  EXPECT_NE(directory.find("acme"), nullptr);
  EXPECT_FALSE(run(directory.add_key("acme", "")));
  EXPECT_FALSE(directory.has_keys());
}

TEST_F(VendorDirectoryTest, refuses_what_is_wrong_there_already_or_unknown) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  EXPECT_EQ(run(directory.create({.id = "acme"})).error().code, Errc::conflict);
  EXPECT_EQ(run(directory.create({.id = "not/an/id"})).error().code, Errc::invalid_input);
  EXPECT_EQ(run(directory.change("nobody", [](Vendor&) -> Result<void> { return {}; })).error().code,
            Errc::not_found);
  EXPECT_EQ(run(directory.change("acme",
                                 [](Vendor& vendor) -> Result<void> {
                                   vendor.weight = -1;
                                   return {};
                                 }))
                .error()
                .fields.at(0)
                .field,
            "weight");
  EXPECT_EQ(run(directory.remove("nobody")).error().code, Errc::not_found);
  EXPECT_EQ(run(directory.add_key("nobody", "")).error().code, Errc::not_found);
  EXPECT_EQ(run(directory.revoke_key("acme", "nothing")).error().code, Errc::not_found);
  for (std::size_t i = 0; i < vendors::kKeysPerVendorMax; ++i) key_of("acme");
  EXPECT_EQ(run(directory.add_key("acme", "")).error().code, Errc::conflict);
}

TEST_F(VendorDirectoryTest, loses_no_change_of_two_at_the_same_time) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  int done = 0;
  const auto add_host = [&](std::string host) -> boost::asio::awaitable<void> {
    const auto changed = co_await directory.change("acme", [&host](Vendor& vendor) -> Result<void> {
      vendor.source_hosts.push_back(host);
      return {};
    });
    EXPECT_TRUE(changed);
    ++done;
  };
  for (const char* host : {"a.example", "b.example", "c.example"})
    boost::asio::co_spawn(io, add_host(host), boost::asio::detached);
  io.restart();
  io.run();
  EXPECT_EQ(done, 3);
  EXPECT_EQ(directory.find("acme")->source_hosts.size(), 3U);
}

TEST_F(VendorDirectoryTest, gives_its_shares_to_the_job_store) {
  ASSERT_TRUE(run(directory.create({.id = "heavy", .weight = 3.0})));
  ASSERT_TRUE(run(directory.create({.id = "light"})));
  const auto order = served({"heavy", "light"});
  EXPECT_EQ(std::count(order.begin(), order.begin() + 4, "heavy"), 3) << testing::PrintToString(order);
}

TEST_F(VendorDirectoryTest, stops_and_starts_a_vendor_that_is_paused) {
  ASSERT_TRUE(run(directory.create({.id = "acme", .paused = true})));
  EXPECT_TRUE(served({"acme"}).empty());
  ASSERT_TRUE(run(directory.change("acme", [](Vendor& vendor) -> Result<void> {
    vendor.paused = false;
    return {};
  })));
  EXPECT_EQ(served({}).size(), 4U);
}

TEST_F(VendorDirectoryTest, takes_the_configured_share_until_a_vendor_is_set_up) {
  ASSERT_TRUE(run(directory.load()));
  EXPECT_EQ(served({"seeded"}).size(), 2U) << "its cap is two, and hard";
  EXPECT_TRUE(directory.empty()) << "a share in the configuration is no vendor that needs a key";
  EXPECT_EQ(directory.draft("seeded").cap, 2U);
  Vendor vendor = directory.draft("seeded");
  vendor.cap = 3;
  ASSERT_TRUE(run(directory.create(vendor)));
  EXPECT_EQ(served({}).size(), 1U);
  ASSERT_TRUE(run(directory.remove("seeded")));
  EXPECT_TRUE(served({}).empty()) << "the configured cap of two again, with three running";
}

TEST_F(VendorDirectoryTest, notes_the_last_day_of_a_keys_use) {
  ASSERT_TRUE(run(directory.create({.id = "acme"})));
  const std::string key = key_of("acme");
  EXPECT_FALSE(directory.keys_of("acme").at(0).last_used);
  for (int i = 0; i < 3; ++i) directory.opened_by(key);
  test::run_coroutine(io, [&] { return directory.flush_key_use(); });
  EXPECT_EQ(run(store.load())->keys.at(0).last_used, vendors::day_of(clock.time));
}

TEST_F(VendorDirectoryTest, gives_vendors_page_by_page) {
  for (const char* id : {"c", "a", "b"}) ASSERT_TRUE(run(directory.create({.id = id})));
  EXPECT_EQ(directory.page("", 2).at(1).id, "b");
  EXPECT_EQ(directory.page("b", 2).size(), 1U);
  EXPECT_TRUE(directory.page("c", 2).empty());
}

TEST_F(VendorDirectoryTest, loads_a_thousand_vendors) {
  for (int i = 0; i < 1'200; ++i) ASSERT_TRUE(run(store.save({.id = "v" + std::to_string(i)})));
  ASSERT_TRUE(run(directory.load()));
  EXPECT_NE(directory.find("v1199"), nullptr);
}

// What another process does to the same store.
class SharedDirectoryTest : public VendorDirectoryTest {
 protected:
  SharedDirectoryTest() {
    EXPECT_TRUE(run(directory.load()));
    EXPECT_TRUE(run(directory.create({.id = "acme"})));
    EXPECT_TRUE(run(directory.create({.id = "other"})));
  }
  // Until nothing runs any more.
  void tell(const std::string& vendor) {
    store.changed(vendor);
    io.restart();
    io.run();
  }
};

TEST_F(SharedDirectoryTest, takes_over_what_was_changed_elsewhere) {
  const std::string key = key_of("acme");
  const std::string kept = key_of("other");
  ASSERT_TRUE(run(store.inner.save({.id = "acme", .name = "renamed", .weight = 2})));
  const vendors::NewApiKey made = vendors::make_api_key("acme", "new", clock.time);
  ASSERT_TRUE(run(store.inner.add_key(made.key)));
  EXPECT_EQ(directory.opened_by(made.text), nullptr);
  tell("acme");
  EXPECT_EQ(directory.find("acme")->name, "renamed");
  ASSERT_NE(directory.opened_by(made.text), nullptr);
  EXPECT_NE(directory.opened_by(key), nullptr);
  EXPECT_NE(directory.opened_by(kept), nullptr);

  ASSERT_TRUE(run(store.inner.revoke_key("acme", made.key.id, clock.time)));
  tell("acme");
  EXPECT_EQ(directory.opened_by(made.text), nullptr);

  ASSERT_TRUE(run(store.inner.remove("acme")));
  tell("acme");
  EXPECT_EQ(directory.find("acme"), nullptr);
  EXPECT_EQ(directory.opened_by(key), nullptr);
  EXPECT_NE(directory.opened_by(kept), nullptr);
}

TEST_F(SharedDirectoryTest, reads_all_anew_where_any_may_have_been_changed) {
  const std::string key = key_of("acme");
  ASSERT_TRUE(run(store.inner.remove("other")));
  ASSERT_TRUE(run(store.inner.save({.id = "new"})));
  tell("");
  EXPECT_EQ(directory.find("other"), nullptr);
  EXPECT_NE(directory.find("new"), nullptr);
  EXPECT_NE(directory.opened_by(key), nullptr);
}

TEST_F(SharedDirectoryTest, does_not_forget_what_the_store_does_not_have_yet) {
  const std::string key = key_of("acme");
  const std::string leaked = key_of("acme");
  ASSERT_NE(directory.opened_by(key), nullptr);
  store.broken = Error{.code = Errc::unavailable};
  EXPECT_FALSE(run(directory.revoke_key("acme", std::string(vendors::api_key_parts(leaked)->id))));
  store.broken.reset();
  for (const char* changed : {"acme", ""}) {
    tell(changed);
    EXPECT_EQ(directory.opened_by(leaked), nullptr) << "shut here, though the store was away";
    for (const vendors::ApiKey& one : directory.keys_of("acme")) {
      const bool was_used = one.id == vendors::api_key_parts(key)->id;
      EXPECT_EQ(one.last_used.has_value(), was_used) << one.id;
    }
  }
}

}  // namespace
}  // namespace cutroom::engine
