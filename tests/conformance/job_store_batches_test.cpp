// Batches, from their first job to their end: on every store.
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::Move;

class JobStoreBatches : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreBatches() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreBatches, testing::ValuesIn(store_kinds()),
                         [](const auto& test) { return test.param.name; });

TEST_P(JobStoreBatches, a_batch_counts_how_its_jobs_end) {
  const auto accepted = batch_of(4);
  ASSERT_TRUE(accepted.batch);
  EXPECT_EQ(accepted.ids.size(), 4U);
  EXPECT_EQ(job(accepted.ids[0]).batch, accepted.batch);
  EXPECT_EQ(batch(*accepted.batch).total, 4U);
  EXPECT_EQ(batch(*accepted.batch).vendor, "v");
  EXPECT_EQ(batch(*accepted.batch).queue, "q");

  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "502", kStart + Millis{5}, kStart)));
  const auto running = claim_lease();
  auto now = batch(*accepted.batch);
  EXPECT_EQ(now.completed, 1U);
  EXPECT_EQ(now.delayed, 1U);
  EXPECT_EQ(now.active, 1U);
  EXPECT_EQ(now.waiting(), 1U);
  EXPECT_FALSE(now.done_at);

  EXPECT_FALSE(run(store().settle(running, {.move = Move::fail, .text = "no"}, kStart))->batch_done);
  ASSERT_TRUE(run(store().complete(claim_lease(kStart + Millis{5}), "{}", kStart)));
  const auto last = run(store().settle(claim_lease(kStart + Millis{5}),
                                       {.move = Move::complete, .text = "{}"}, kStart + Millis{9}));
  EXPECT_EQ(last->batch_done, accepted.batch);
  now = batch(*accepted.batch);
  EXPECT_EQ(now.completed, 3U);
  EXPECT_EQ(now.failed, 1U);
  EXPECT_EQ(now.done_at, kStart + Millis{9});
}

TEST_P(JobStoreBatches, the_job_after_a_batch_comes_once_and_with_its_id) {
  auto after = job_of("v", "after");
  after.payload_json = R"({"of":"{batch}"})";
  const auto accepted = batch_of(2, after);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  EXPECT_EQ(counts("after").waiting, 0U);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  EXPECT_EQ(counts("after").waiting, 1U);
  EXPECT_EQ(claim(kStart, "after").job->job.payload_json, R"({"of":")" + *accepted.batch + R"("})");
}

TEST_P(JobStoreBatches, a_batch_ends_with_its_last_job_whatever_becomes_of_that) {
  const auto removed = batch_of(1);
  ASSERT_TRUE(run(store().remove(removed.ids[0], kStart)));
  EXPECT_EQ(batch(*removed.batch).removed, 1U);
  EXPECT_TRUE(batch(*removed.batch).done_at);

  const auto cancelled = batch_of(1);
  EXPECT_EQ(run(store().cancel(cancelled.ids[0], {}, kStart))->batch_done, cancelled.batch);

  const auto dead = batch_of(1);
  for (int stall = 0; stall <= jobs::kStallsMax; ++stall) {
    const auto lease = claim_lease(kStart);
    const auto recovered = run(store().recover_expired(TimePoint::max())).value();
    EXPECT_EQ(recovered.batches_done.size(), stall == jobs::kStallsMax ? 1U : 0U);
  }
  EXPECT_EQ(batch(*dead.batch).failed, 1U);
}

TEST_P(JobStoreBatches, a_retried_job_opens_its_batch_again) {
  const auto accepted = batch_of(1);
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().retry(accepted.ids[0], kStart)));
  EXPECT_FALSE(batch(*accepted.batch).done_at);
  EXPECT_EQ(batch(*accepted.batch).failed, 0U);
  EXPECT_EQ(run(store().settle(claim_lease(), {.move = Move::complete, .text = "{}"}, kStart))->batch_done,
            accepted.batch);
}

TEST_P(JobStoreBatches, removing_an_ended_job_leaves_its_batch_done) {
  const auto accepted = batch_of(1);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().remove(accepted.ids[0], kStart)));
  EXPECT_EQ(batch(*accepted.batch).completed, 1U);
  EXPECT_EQ(batch(*accepted.batch).removed, 0U);
}

TEST_P(JobStoreBatches, a_batch_is_of_one_queue_and_one_vendor_and_not_empty) {
  const auto code_of = [&](std::vector<jobs::NewJob> jobs) {
    const jobs::Handover handover{.jobs = std::move(jobs), .as_batch = true};
    return run(store().accept(handover, kStart)).error().code;
  };
  EXPECT_EQ(code_of({}), Errc::invalid_input);
  EXPECT_EQ(code_of({job_of("v"), job_of("w")}), Errc::invalid_input);
  EXPECT_EQ(code_of({job_of("v", "q"), job_of("v", "r")}), Errc::invalid_input);
  EXPECT_EQ(run(store().batch("1")).error().code, Errc::not_found);
  EXPECT_EQ(run(store().batch("x")).error().code, Errc::not_found);
}

}  // namespace
}  // namespace cutroom::conformance
