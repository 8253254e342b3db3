// What vendors/vendor_store.hpp says, sentence by sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_coroutine.hpp"
#include "vendor_stores.hpp"

namespace cutroom::conformance {
namespace {

using test::run;
using testing::ElementsAre;
using testing::IsEmpty;
using vendors::ApiKey;
using vendors::Day;
using vendors::Days;
using vendors::DayUsage;
using vendors::LimitKind;
using vendors::UsageGain;
using vendors::Vendor;

const TimePoint kNow = from_unix_ms(1'764'000'000'123);
const Day kMonday = vendors::day_from("2026-11-23").value();
const Days kAlways{.from = Day{}, .to = vendors::day_from("2100-01-01").value()};

// One whose every field says something.
Vendor full_vendor(std::string id) {
  Vendor vendor{
      .id = std::move(id), .name = "Käufer \"x\" & Söhne", .weight = 2.5, .cap = 7, .cap_is_hard = true};
  vendor.paused = true;
  vendor.limits[LimitKind::bulk] = vendors::limit_from("5/1m");
  vendor.limits[LimitKind::background_removal] = vendors::limit_from("off");
  vendor.monthly_quota = 123'456;
  vendor.source_hosts = {"a.example", "*.b.example"};
  vendor.default_options_json = R"({"backgroundRemoval":{"format":"webp"}})";
  vendor.face_presets_json = R"({"badge":{"title":"Bädge","size_px":[300,400]}})";
  vendor.webhook_url = "https://hooks.example/x";
  vendor.webhook_secret = "whsec_abc";
  vendor.webhook_events = "job.completed";
  return vendor;
}

ApiKey key(std::string id, std::string vendor, TimePoint created_at = kNow) {
  return {.id = std::move(id),
          .vendor = std::move(vendor),
          .label = "shop",
          .secret_sha256 = std::string(64, 'a'),
          .created_at = created_at};
}

class VendorStore : public testing::TestWithParam<VendorStoreKind> {
 protected:
  vendors::VendorStore& store() { return *store_; }
  void open_again() {
    store_.reset();
    store_ = home_->open();
  }
  std::vector<Vendor> all_vendors() { return run(store().load())->vendors; }
  std::vector<ApiKey> all_keys() { return run(store().load())->keys; }
  std::vector<DayUsage> usage(const std::string& vendor, Days days = kAlways) {
    return *run(store().usage(vendor, days));
  }
  void save(Vendor vendor) { ASSERT_TRUE(run(store().save(std::move(vendor)))); }
  void add_key(ApiKey one) { ASSERT_TRUE(run(store().add_key(std::move(one)))); }
  void gain(std::vector<UsageGain> gains) { ASSERT_TRUE(run(store().add_usage(std::move(gains)))); }

 private:
  std::unique_ptr<VendorHome> home_ = GetParam().make_home();
  std::unique_ptr<vendors::VendorStore> store_ = home_->open();
};

INSTANTIATE_TEST_SUITE_P(Conformance, VendorStore, testing::ValuesIn(vendor_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(VendorStore, is_empty_at_first) {
  EXPECT_THAT(all_vendors(), IsEmpty());
  EXPECT_THAT(all_keys(), IsEmpty());
}

TEST_P(VendorStore, gives_vendors_back_as_they_were_saved) {
  save(full_vendor("b"));
  save({.id = "a"});
  EXPECT_THAT(all_vendors(), ElementsAre(Vendor{.id = "a"}, full_vendor("b")));
}

TEST_P(VendorStore, puts_a_vendor_in_the_place_of_the_one_with_its_id) {
  save(full_vendor("a"));
  add_key(key("k1", "a"));
  gain({{.vendor = "a", .day = kMonday, .usage = {.jobs = 1}}});
  save({.id = "a", .name = "new"});
  EXPECT_THAT(all_vendors(), ElementsAre(Vendor{.id = "a", .name = "new"}));
  EXPECT_THAT(all_keys(), ElementsAre(key("k1", "a"))) << "a change of the vendor is none of its keys";
  EXPECT_EQ(usage("a").size(), 1U);
}

TEST_P(VendorStore, removes_a_vendor_with_all_that_is_its) {
  save({.id = "a"});
  save({.id = "b"});
  add_key(key("k1", "a"));
  add_key(key("k2", "b"));
  gain({{.vendor = "a", .day = kMonday, .usage = {.jobs = 1}}});
  ASSERT_TRUE(run(store().remove("a")));
  EXPECT_THAT(all_vendors(), ElementsAre(Vendor{.id = "b"}));
  EXPECT_THAT(all_keys(), ElementsAre(key("k2", "b")));
  EXPECT_THAT(usage("a"), IsEmpty());
  save({.id = "a"});
  EXPECT_THAT(usage("a"), IsEmpty()) << "a new vendor of the same name begins at nothing";
  EXPECT_EQ(run(store().remove("c")).error().code, Errc::not_found);
}

TEST_P(VendorStore, finds_one_vendor_with_its_keys) {
  save(full_vendor("a"));
  save({.id = "b"});
  add_key(key("k2", "a", kNow + Millis{1}));
  add_key(key("k1", "a"));
  add_key(key("k3", "b"));
  const auto found = run(store().find("a"));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->vendors, ElementsAre(full_vendor("a")));
  EXPECT_THAT(found->keys, ElementsAre(key("k1", "a"), key("k2", "a", kNow + Millis{1})));
  const auto nobody = run(store().find("c"));
  ASSERT_TRUE(nobody);
  EXPECT_THAT(nobody->vendors, IsEmpty());
  EXPECT_THAT(nobody->keys, IsEmpty());
}

TEST_P(VendorStore, keeps_keys_by_vendor_and_age) {
  save({.id = "b"});
  save({.id = "a"});
  add_key(key("k3", "a", kNow + Millis{1}));
  add_key(key("k1", "b"));
  add_key(key("k2", "a"));
  EXPECT_THAT(all_keys(), ElementsAre(key("k2", "a"), key("k3", "a", kNow + Millis{1}), key("k1", "b")));
}

TEST_P(VendorStore, takes_no_key_of_an_unknown_vendor_and_none_twice) {
  save({.id = "a"});
  save({.id = "b"});
  EXPECT_EQ(run(store().add_key(key("k1", "nobody"))).error().code, Errc::not_found);
  add_key(key("k1", "a"));
  EXPECT_EQ(run(store().add_key(key("k1", "b"))).error().code, Errc::conflict);
  EXPECT_THAT(all_keys(), ElementsAre(key("k1", "a")));
}

TEST_P(VendorStore, revokes_a_key_for_good) {
  save({.id = "a"});
  save({.id = "b"});
  add_key(key("k1", "a"));
  EXPECT_EQ(run(store().revoke_key("b", "k1", kNow)).error().code, Errc::not_found) << "not this vendor's";
  EXPECT_EQ(run(store().revoke_key("a", "k2", kNow)).error().code, Errc::not_found);
  ASSERT_TRUE(run(store().revoke_key("a", "k1", kNow + Millis{5})));
  ASSERT_TRUE(run(store().revoke_key("a", "k1", kNow + Millis{9})));
  EXPECT_EQ(all_keys().at(0).revoked_at, kNow + Millis{5});
}

TEST_P(VendorStore, keeps_the_last_day_of_use) {
  save({.id = "a"});
  add_key(key("k1", "a"));
  add_key(key("k2", "a", kNow + Millis{1}));
  ASSERT_TRUE(run(store().note_key_use({{"k1", kMonday}, {"nobody's", kMonday}, {"k2", kMonday}})));
  ASSERT_TRUE(run(store().note_key_use(
      {{"k1", kMonday - std::chrono::days(1)}, {"k2", kMonday + std::chrono::days(1)}})));
  EXPECT_EQ(all_keys().at(0).last_used, kMonday);
  EXPECT_EQ(all_keys().at(1).last_used, kMonday + std::chrono::days(1));
}

TEST_P(VendorStore, adds_usage_up_by_day) {
  save({.id = "a"});
  save({.id = "b"});
  const Day tuesday = kMonday + std::chrono::days(1);
  gain({{.vendor = "a",
         .day = tuesday,
         .usage = {.queued = 1, .jobs = 2, .failed = 1, .images = 3, .megapixels = 1.5, .compute_ms = 10}},
        {.vendor = "a", .day = kMonday, .usage = {.queued = 9}},
        {.vendor = "b", .day = kMonday, .usage = {.jobs = 7}}});
  gain({{.vendor = "a",
         .day = tuesday,
         .usage = {.queued = 1, .jobs = 1, .failed = 0, .images = 1, .megapixels = 0.25, .compute_ms = 5}}});
  EXPECT_THAT(
      usage("a"),
      ElementsAre(
          DayUsage{kMonday, {.queued = 9}},
          DayUsage{
              tuesday,
              {.queued = 2, .jobs = 3, .failed = 1, .images = 4, .megapixels = 1.75, .compute_ms = 15}}));
  EXPECT_THAT(usage("a", {.from = kMonday, .to = tuesday}), ElementsAre(DayUsage{kMonday, {.queued = 9}}));
  EXPECT_THAT(usage("a", {.from = tuesday + std::chrono::days(1), .to = kAlways.to}), IsEmpty());
  EXPECT_THAT(usage("nobody"), IsEmpty());
}

TEST_P(VendorStore, passes_over_usage_of_a_vendor_that_is_gone) {
  save({.id = "a"});
  gain({{.vendor = "gone", .day = kMonday, .usage = {.jobs = 1}},
        {.vendor = "a", .day = kMonday, .usage = {.jobs = 1}}});
  EXPECT_THAT(usage("gone"), IsEmpty());
  EXPECT_THAT(usage("a"), ElementsAre(DayUsage{kMonday, {.jobs = 1}}));
}

TEST_P(VendorStore, takes_empty_lists) {
  EXPECT_TRUE(run(store().add_usage({})));
  EXPECT_TRUE(run(store().note_key_use({})));
}

class DurableVendorStore : public VendorStore {};
INSTANTIATE_TEST_SUITE_P(Conformance, DurableVendorStore, testing::ValuesIn(durable_vendor_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(DurableVendorStore, has_everything_still_after_a_restart) {
  save(full_vendor("a"));
  add_key(key("k1", "a"));
  ASSERT_TRUE(run(store().revoke_key("a", "k1", kNow)));
  ASSERT_TRUE(run(store().note_key_use({{"k1", kMonday}})));
  gain({{.vendor = "a", .day = kMonday, .usage = {.megapixels = 0.125}}});
  open_again();
  ApiKey expected = key("k1", "a");
  expected.revoked_at = kNow;
  expected.last_used = kMonday;
  EXPECT_THAT(all_vendors(), ElementsAre(full_vendor("a")));
  EXPECT_THAT(all_keys(), ElementsAre(expected));
  EXPECT_THAT(usage("a"), ElementsAre(DayUsage{kMonday, {.megapixels = 0.125}}));
}

}  // namespace
}  // namespace cutroom::conformance
