// What a store that is durable keeps over the end of its process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::QueueCounts;
using testing::ElementsAre;

class DurableJobStore : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  DurableJobStore() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, DurableJobStore, testing::ValuesIn(durable_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(DurableJobStore, finds_every_job_in_its_state_again) {
  auto special = job_of("käufer");
  special.priority = 3;
  special.cost = 0.1;
  const auto ids = add({job_of("v"), job_of("v"), job_of("v"), job_of("v"), special}).value();
  ASSERT_TRUE(run(store().complete(claim_lease(), R"({"ok":true})", kStart + Millis{1})));
  ASSERT_TRUE(run(store().fail(claim_lease(), "no face", kStart + Millis{2})));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "502", kStart + Millis{900}, kStart)));
  const auto active = claim_id();
  std::vector<jobs::Job> before;
  for (const auto& id : ids) before.push_back(job(id));
  const auto counted = counts();
  reopen();
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(job(ids[i]), before[i]);
  EXPECT_EQ(counts(), counted);
  EXPECT_EQ(job(active).state, JobState::active);
}

TEST_P(DurableJobStore, takes_back_the_leases_of_the_process_before_and_refuses_their_tokens) {
  const auto id = add_one(job_of("v"));
  const auto dead = claim_lease();
  reopen();
  EXPECT_THAT(run(store().recover_expired(TimePoint::max())).value().waiting, ElementsAre(id));
  EXPECT_EQ(run(store().complete(dead, "{}", kStart)).error().code, Errc::lease_lost);
  const auto lease = claim_lease();
  EXPECT_NE(lease.token, dead.token);
  EXPECT_EQ(run(store().complete(dead, "{}", kStart)).error().code, Errc::lease_lost);
  EXPECT_TRUE(run(store().complete(lease, "{}", kStart)));
}

TEST_P(DurableJobStore, never_uses_an_id_again) {
  const auto ids = add({job_of("v"), job_of("v")}).value();
  ASSERT_TRUE(run(store().remove(ids[1], kStart)));
  reopen();
  EXPECT_NE(add_one(job_of("v")), ids[1]);
}

TEST_P(DurableJobStore, keeps_a_queue_paused) {
  add_one(job_of("v"));
  ASSERT_TRUE(run(store().set_paused("q", true)));
  ASSERT_TRUE(run(store().set_paused("empty", true)));
  reopen();
  EXPECT_EQ(counts(), (QueueCounts{.paused = 1}));
  EXPECT_FALSE(claim().job);
  add_one(job_of("v", "empty"));
  EXPECT_EQ(counts("empty").paused, 1U);
}

TEST_P(DurableJobStore, keeps_a_vendors_share_in_every_queue) {
  add({job_of("v"), job_of("v")}).value();
  ASSERT_TRUE(run(store().set_share("v", {.cap = 1, .cap_is_hard = true})));
  reopen();
  add({job_of("v", "new"), job_of("v", "new")}).value();
  for (const std::string queue : {"q", "new"}) {
    EXPECT_TRUE(claim(kStart, queue).job);
    EXPECT_FALSE(claim(kStart, queue).job);
  }
}

TEST_P(DurableJobStore, counts_running_jobs_against_the_cap_until_they_are_taken_back) {
  ASSERT_TRUE(run(store().set_share("v", {.cap = 1, .cap_is_hard = true})));
  add({job_of("v"), job_of("v")}).value();
  claim();
  reopen();
  EXPECT_FALSE(claim().job);
  run(store().recover_expired(TimePoint::max())).value();
  EXPECT_TRUE(claim().job);
}

TEST_P(DurableJobStore, knows_delayed_jobs_and_their_due_times) {
  add_one(job_of("v"));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{700}, kStart)));
  reopen();
  EXPECT_EQ(claim().due, kStart + Millis{700});
  EXPECT_TRUE(claim(kStart + Millis{700}).job);
}

TEST_P(DurableJobStore, goes_on_in_fair_order_where_it_was) {
  std::vector<jobs::NewJob> many(100, job_of("greedy"));
  add(many).value();
  add(std::vector<jobs::NewJob>(100, job_of("other"))).value();
  // The greedy one is 10 units ahead: its cost was ten times the other's.
  auto heavy = job_of("greedy");
  heavy.cost = 10.0;
  heavy.priority = 1;
  add_one(heavy);
  std::vector<std::string> vendors;
  for (int i = 0; i < 3; ++i) vendors.push_back(claim().job.value().job.vendor);
  reopen();
  for (int i = 0; i < 8; ++i) vendors.push_back(claim().job.value().job.vendor);
  EXPECT_EQ(std::count(vendors.begin(), vendors.end(), "greedy"), 1);
}

TEST_P(DurableJobStore, puts_a_retried_dead_letter_at_the_end_of_the_line_also_after_a_restart) {
  const auto ids = add({job_of("v"), job_of("v")}).value();
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().retry(ids[0], kStart)));
  reopen();
  EXPECT_EQ(claim_id(), ids[1]);
  EXPECT_EQ(claim_id(), ids[0]);
}

}  // namespace
}  // namespace cutroom::conformance
