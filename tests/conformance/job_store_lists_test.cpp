// Lists of jobs, and the logs of their attempts: on every store.
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::Move;
using Ids = std::vector<jobs::JobId>;

class JobStoreLists : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreLists() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreLists, testing::ValuesIn(store_kinds()),
                         [](const auto& test) { return test.param.name; });

TEST_P(JobStoreLists, lists_jobs_newest_first_and_by_what_is_asked) {
  auto other_project = job_of("w", "r");
  other_project.project = "p";
  const Ids all = add({job_of("v"), job_of("w"), job_of("v", "r"), other_project}).value();
  EXPECT_EQ(ids({}), (Ids{all[3], all[2], all[1], all[0]}));
  EXPECT_EQ(ids({}, 1), (Ids{all[3], all[2], all[1], all[0]})) << "page by page";
  EXPECT_EQ(ids({.queue = "r"}), (Ids{all[3], all[2]}));
  EXPECT_EQ(ids({.vendor = "v"}), (Ids{all[2], all[0]}));
  EXPECT_EQ(ids({.project = "p"}), Ids{all[3]});
  EXPECT_EQ(ids({.queue = "q", .vendor = "w"}), Ids{all[1]});
  EXPECT_EQ(ids({.vendor = "nobody"}), Ids{});
  EXPECT_EQ(ids({.queue = "none"}), Ids{});
}

TEST_P(JobStoreLists, lists_jobs_by_state) {
  auto later = job_of("v");
  later.delay = Millis{500};
  const Ids all = add({job_of("v"), job_of("v"), job_of("v"), job_of("v"), later}).value();
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  claim_lease();
  EXPECT_EQ(ids({.state = JobState::completed}), Ids{all[0]});
  EXPECT_EQ(ids({.state = JobState::failed}), Ids{all[1]});
  EXPECT_EQ(ids({.state = JobState::active}), Ids{all[2]});
  EXPECT_EQ(ids({.state = JobState::waiting}), Ids{all[3]});
  EXPECT_EQ(ids({.state = JobState::delayed}), Ids{all[4]});
  ASSERT_TRUE(run(store().set_paused("q", true)));
  EXPECT_EQ(ids({.state = JobState::waiting}), Ids{});
  EXPECT_EQ(ids({.state = JobState::paused}), Ids{all[3]});
}

TEST_P(JobStoreLists, lists_jobs_by_time_and_batch) {
  const auto early = add_one(job_of("v"), kStart);
  const auto late = add_one(job_of("v"), kStart + Millis{100});
  EXPECT_EQ(ids({.since = kStart + Millis{1}}), Ids{late});
  EXPECT_EQ(ids({.until = kStart + Millis{100}}), Ids{early});
  const auto accepted = batch_of(3);
  add_one(job_of("v"));
  EXPECT_EQ(ids({.batch = accepted.batch}, 2), (Ids{accepted.ids[2], accepted.ids[1], accepted.ids[0]}));
  EXPECT_EQ(ids({.batch = "77"}), Ids{});
}

TEST_P(JobStoreLists, a_cursor_stays_good_when_jobs_come_and_go) {
  const Ids all = add(std::vector<jobs::NewJob>(4, job_of("v"))).value();
  const auto first = run(store().list({}, std::nullopt, 2)).value();
  ASSERT_EQ(first.jobs.size(), 2U);
  ASSERT_TRUE(run(store().remove(all[2], kStart)));
  add_one(job_of("v"));
  const auto second = run(store().list({}, first.older_than, 2)).value();
  ASSERT_EQ(second.jobs.size(), 2U);
  EXPECT_EQ(second.jobs[0].id, all[1]);
  EXPECT_EQ(run(store().list({}, "nonsense", 2))->jobs.size(), 0U);
}

TEST_P(JobStoreLists, finds_a_few_jobs_among_thousands_in_bounded_steps) {
  const auto mine = add_one(job_of("mine"));
  add(std::vector<jobs::NewJob>(2 * jobs::kListSpan + 10, job_of("other"))).value();
  EXPECT_EQ(ids({.vendor = "mine"}), Ids{mine});
}

TEST_P(JobStoreLists, keeps_a_log_of_the_attempts) {
  const auto id = add_one(job_of("v"));
  ASSERT_TRUE(run(store().settle(claim_lease(kStart),
                                 {.move = Move::retry_at,
                                  .text = "502 \"bad\"",
                                  .run_at = kStart + Millis{5},
                                  .steps_json = R"([["fetch",1.5]])"},
                                 kStart + Millis{2})));
  claim_lease(kStart + Millis{5});
  ASSERT_TRUE(run(store().recover_expired(kStart + Millis{40'000})));
  ASSERT_TRUE(run(store().complete(claim_lease(kStart + Millis{40'000}), "{}", kStart + Millis{40'009})));
  const auto log = run(store().log(id)).value();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0], (jobs::AttemptLog{.started_at = kStart,
                                      .ended_at = kStart + Millis{2},
                                      .outcome = "retried",
                                      .error = "502 \"bad\"",
                                      .steps_json = R"([["fetch",1.5]])"}));
  EXPECT_EQ(log[1].outcome, "stalled");
  EXPECT_EQ(log[1].ended_at, kStart + Millis{5} + kLease);
  EXPECT_EQ(log[2].outcome, "completed");
  EXPECT_EQ(log[2].error, "");
  EXPECT_TRUE(run(store().log(add_one(job_of("v"))))->empty());
  EXPECT_EQ(run(store().log("99")).error().code, Errc::not_found);
}

}  // namespace
}  // namespace cutroom::conformance
