// Delaying, cancelling and forgetting: on every store.
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::Move;
using Ids = std::vector<jobs::JobId>;

class JobStoreControl : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreControl() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreControl, testing::ValuesIn(store_kinds()),
                         [](const auto& test) { return test.param.name; });

TEST_P(JobStoreControl, a_job_may_come_delayed) {
  auto later = job_of("v");
  later.delay = Millis{500};
  const auto id = add_one(later);
  EXPECT_EQ(job(id).state, JobState::delayed);
  EXPECT_EQ(job(id).run_at, kStart + Millis{500});
  EXPECT_EQ(claim(kStart).due, kStart + Millis{500});
  EXPECT_EQ(claim_id(kStart + Millis{500}), id);
  later.delay = Millis{-1};
  EXPECT_EQ(add({later}).error().code, Errc::invalid_input);
}

TEST_P(JobStoreControl, a_delayed_job_may_be_promoted) {
  auto later = job_of("v");
  later.delay = Millis{500};
  const auto id = add_one(later);
  told();
  ASSERT_TRUE(run(store().promote(id)));
  EXPECT_GT(told(), 0);
  EXPECT_EQ(job(id).state, JobState::waiting);
  EXPECT_FALSE(job(id).run_at);
  EXPECT_EQ(claim_id(), id);
  EXPECT_EQ(run(store().promote(id)).error().code, Errc::conflict);
  EXPECT_EQ(run(store().promote("99")).error().code, Errc::not_found);
}

TEST_P(JobStoreControl, a_waiting_or_delayed_job_is_cancelled_at_once) {
  auto later = job_of("v");
  later.delay = Millis{500};
  const auto ids = add({job_of("v"), later}).value();
  const std::vector<jobs::NewJob> follow_ups{job_of("v", "after")};
  for (const auto& id : ids) {
    const auto cancelled = run(store().cancel(id, follow_ups, kStart + Millis{3}));
    ASSERT_TRUE(cancelled);
    EXPECT_FALSE(cancelled->is_stopping);
    EXPECT_EQ(job(id).state, JobState::failed);
    EXPECT_EQ(job(id).failed_reason, jobs::kCancelledReason);
    EXPECT_EQ(job(id).finished_at, kStart + Millis{3});
    EXPECT_EQ(job(id).attempts_made, 0);
    EXPECT_EQ(run(store().cancel(id, {}, kStart)).error().code, Errc::conflict);
  }
  EXPECT_EQ(claim_id(kStart + Millis{1'000}), "");
  EXPECT_EQ(counts().failed, 2U);
  EXPECT_EQ(counts("after").waiting, 2U);
  EXPECT_EQ(run(store().cancel("99", {}, kStart)).error().code, Errc::not_found);
}

TEST_P(JobStoreControl, an_active_job_that_is_cancelled_fails_when_its_worker_lets_go) {
  for (const Move move : {Move::fail, Move::retry_at, Move::release}) {
    const auto id = add_one(job_of("v"));
    const auto lease = claim_lease();
    std::vector<jobs::JobId> stopped;
    store().on_cancel([&](const jobs::JobId& told_id) { stopped.push_back(told_id); });
    EXPECT_TRUE(run(store().cancel(id, {}, kStart))->is_stopping);
    EXPECT_EQ(stopped, Ids{id});
    EXPECT_EQ(job(id).state, JobState::active);
    ASSERT_TRUE(run(store().settle(lease, {.move = move, .text = "x", .run_at = kStart}, kStart)));
    EXPECT_EQ(job(id).state, JobState::failed);
    EXPECT_EQ(job(id).failed_reason, jobs::kCancelledReason);
    EXPECT_EQ(run(store().log(id))->back().outcome, "cancelled");
  }
}

TEST_P(JobStoreControl, an_active_job_that_is_done_before_its_worker_hears_of_the_cancel_is_done) {
  const auto id = add_one(job_of("v"));
  const auto lease = claim_lease();
  ASSERT_TRUE(run(store().cancel(id, {}, kStart)));
  ASSERT_TRUE(run(store().complete(lease, "{}", kStart)));
  EXPECT_EQ(job(id).state, JobState::completed);
}

TEST_P(JobStoreControl, a_cancelled_job_whose_worker_dies_does_not_run_again) {
  const auto id = add_one(job_of("v"));
  claim_lease();
  ASSERT_TRUE(run(store().cancel(id, {}, kStart)));
  const auto recovered = run(store().recover_expired(TimePoint::max())).value();
  EXPECT_EQ(recovered.failed, Ids{id});
  EXPECT_EQ(job(id).failed_reason, jobs::kCancelledReason);
}

TEST_P(JobStoreControl, follow_ups_come_with_the_settlement_or_not_at_all) {
  add({job_of("v")}).value();
  const auto lease = claim_lease();
  jobs::Settlement settlement{.move = Move::complete, .text = "{}", .follow_ups = {job_of("v", "after")}};
  jobs::Lease wrong = lease;
  wrong.token = "other";
  EXPECT_EQ(run(store().settle(wrong, settlement, kStart)).error().code, Errc::lease_lost);
  EXPECT_EQ(counts("after").waiting, 0U);
  told("after");
  ASSERT_TRUE(run(store().settle(lease, settlement, kStart)));
  EXPECT_EQ(counts("after").waiting, 1U);
  EXPECT_GT(told("after"), 0);
}

TEST_P(JobStoreControl, forgets_what_waits_in_a_queue) {
  add({job_of("v"), job_of("w"), job_of("v"), job_of("v", "r")}).value();
  const auto running = claim_lease();
  EXPECT_EQ(run(store().remove_waiting("q", "v", kStart)).value(), 1U);
  EXPECT_EQ(counts().waiting, 1U);
  ASSERT_TRUE(run(store().set_paused("q", true)));
  EXPECT_EQ(run(store().remove_waiting("q", std::nullopt, kStart)).value(), 1U);
  EXPECT_EQ(counts().paused, 0U);
  EXPECT_EQ(counts("r").waiting, 1U);
  EXPECT_EQ(run(store().remove_waiting("none", std::nullopt, kStart)).value(), 0U);
  EXPECT_TRUE(run(store().complete(running, "{}", kStart)));
}

TEST_P(JobStoreControl, prunes_by_age_and_by_number) {
  const Ids all = add(std::vector<jobs::NewJob>(6, job_of("v"))).value();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart + Millis{i})));
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  const auto prune = [&](TimePoint before, std::uint64_t keep) {
    std::size_t total = 0;
    // Where a store goes through its jobs bit by bit, it comes round after some calls.
    for (int call = 0; call < 4; ++call)
      total += run(store().prune({.queue = "q", .ended_before = before, .keep_newest_max = keep})).value();
    return total;
  };
  EXPECT_EQ(prune(kStart, 100), 0U);
  EXPECT_EQ(prune(kStart + Millis{2}, 100), 2U);
  EXPECT_EQ(ids({.state = JobState::completed}), (Ids{all[4], all[3], all[2]}));
  EXPECT_EQ(prune(kStart, 1), 2U);
  EXPECT_EQ(ids({.state = JobState::completed}), Ids{all[4]});
  EXPECT_EQ(counts().completed, 1U);
  EXPECT_EQ(counts().failed, 1U);
}

}  // namespace
}  // namespace cutroom::conformance
