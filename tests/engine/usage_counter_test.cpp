#include "engine/usage_counter.hpp"

#include <gtest/gtest.h>

#include "engine/job_facts.hpp"
#include "vendor_fixture.hpp"

namespace cutroom::engine {
namespace {

using vendors::Usage;

class UsageCounterTest : public testing::Test, protected test::VendorWorld {
 protected:
  UsageCounterTest() {
    EXPECT_TRUE(run(directory.create({.id = "acme", .monthly_quota = 10})));
    EXPECT_TRUE(run(directory.create({.id = "free"})));
  }
  Usage sum_of(const std::string& vendor) {
    const vendors::Days always{.from = vendors::Day{}, .to = vendors::day_from("2100-01-01").value()};
    Usage sum;
    const auto days = run(usage.usage(vendor, always));
    EXPECT_TRUE(days);
    if (days)
      for (const vendors::DayUsage& day : *days) sum += day.usage;
    return sum;
  }
};

TEST_F(UsageCounterTest, counts_jobs_that_ended) {
  usage.count("acme", {.images = 2, .megapixels = 1.5, .computed = Millis{250}});
  usage.count("acme", {.failed = true, .computed = Millis{50}});
  EXPECT_EQ(sum_of("acme"),
            (Usage{.queued = 0, .jobs = 2, .failed = 1, .images = 2, .megapixels = 1.5, .compute_ms = 300}));
  EXPECT_EQ(sum_of("free"), Usage{});
}

TEST_F(UsageCounterTest, counts_nobody_who_is_not_set_up) {
  usage.count("192.0.2.1", {.images = 1});
  ASSERT_TRUE(run(usage.take("192.0.2.1", 1'000'000)));
  ASSERT_TRUE(run(usage.flush()));
  EXPECT_EQ(sum_of("192.0.2.1"), Usage{});
}

TEST_F(UsageCounterTest, loses_nothing_where_the_store_fails_for_a_while) {
  usage.count("acme", {.images = 1});
  store.broken = Error{.code = Errc::storage_failed};
  EXPECT_FALSE(run(usage.flush()));
  usage.count("acme", {.images = 1});
  store.broken.reset();
  EXPECT_EQ(sum_of("acme").images, 2U);
  EXPECT_EQ(sum_of("acme").images, 2U) << "written once";
}

TEST_F(UsageCounterTest, refuses_photos_beyond_the_months_quota) {
  ASSERT_TRUE(run(usage.take("acme", 7)));
  const auto refused = run(usage.take("acme", 4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::quota_exceeded);
  EXPECT_NE(refused.error().message.find("2026-12-01"), std::string::npos) << refused.error().message;
  EXPECT_EQ(refused.error().retry_after, Millis{7 * 86'400'000LL}) << "from the 24th to the 1st";
  EXPECT_TRUE(run(usage.take("acme", 3)));
  EXPECT_FALSE(run(usage.take("acme", 1)));
  EXPECT_TRUE(run(usage.take("free", 1'000'000)));
}

TEST_F(UsageCounterTest, gives_back_what_was_not_queued) {
  ASSERT_TRUE(run(usage.take("acme", 10)));
  usage.give_back("acme", 4);
  EXPECT_TRUE(run(usage.take("acme", 4)));
  EXPECT_FALSE(run(usage.take("acme", 1)));
  EXPECT_EQ(sum_of("acme").queued, 10);
}

TEST_F(UsageCounterTest, gives_back_also_after_it_was_written) {
  ASSERT_TRUE(run(usage.take("acme", 10)));
  ASSERT_TRUE(run(usage.flush()));
  usage.give_back("acme", 10);
  EXPECT_EQ(sum_of("acme").queued, 0);
}

TEST_F(UsageCounterTest, begins_the_quota_anew_each_month) {
  ASSERT_TRUE(run(usage.take("acme", 10)));
  ASSERT_FALSE(run(usage.take("acme", 1)));
  clock.time = TimePoint(vendors::day_from("2026-12-01").value());
  EXPECT_TRUE(run(usage.take("acme", 10)));
  EXPECT_FALSE(run(usage.take("acme", 1)));
}

TEST_F(UsageCounterTest, knows_after_a_restart_what_was_used) {
  ASSERT_TRUE(run(usage.take("acme", 6)));
  ASSERT_TRUE(run(usage.flush()));
  UsageCounter again(io.get_executor(), store, directory, clock);
  EXPECT_FALSE(run(again.take("acme", 5)));
  EXPECT_TRUE(run(again.take("acme", 4)));
}

TEST_F(UsageCounterTest, follows_a_quota_that_is_changed) {
  ASSERT_TRUE(run(usage.take("free", 50)));
  ASSERT_TRUE(run(directory.change("free", [](vendors::Vendor& vendor) -> Result<void> {
    vendor.monthly_quota = 51;
    return {};
  })));
  EXPECT_FALSE(run(usage.take("free", 2))) << "what was queued before there was a quota counts";
  EXPECT_TRUE(run(usage.take("free", 1)));
}

TEST(JobFacts, are_read_from_the_result) {
  jobs::Job job;
  job.processed_at = from_unix_ms(1'000);
  const auto facts =
      job_facts(job, R"({"width":2000,"height":1500,"files":[{"name":"colour"},{"name":"mask"}]})",
                from_unix_ms(3'500));
  EXPECT_FALSE(facts.failed);
  EXPECT_EQ(facts.images, 2U);
  EXPECT_DOUBLE_EQ(facts.megapixels, 3.0);
  EXPECT_EQ(facts.computed, Millis{2'500});
  const auto failed = job_facts(job, "", from_unix_ms(1'200));
  EXPECT_TRUE(failed.failed);
  EXPECT_EQ(failed.images, 0U);
}

TEST_F(UsageCounterTest, counts_in_a_shared_store_what_others_have_queued) {
  store.shared = true;
  ASSERT_TRUE(run(usage.take("acme", 3)));
  ASSERT_TRUE(run(usage.flush()));
  ASSERT_TRUE(run(store.inner.add_usage(
      {{.vendor = "acme", .day = vendors::day_of(clock.time), .usage = {.queued = 5}}})));
  EXPECT_FALSE(run(usage.take("acme", 3)));
  EXPECT_TRUE(run(usage.take("acme", 2)));
  EXPECT_FALSE(run(usage.take("acme", 1)));
}

}  // namespace
}  // namespace cutroom::engine
