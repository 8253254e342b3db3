// What jobs/job_store.hpp says of leases: kept, ended well, run out.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::QueueCounts;
using testing::ElementsAre;
using testing::IsEmpty;

class JobStoreLease : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreLease() : StoreDriver(GetParam()) {}

  // Every function that needs a lease, with what it answers for this one.
  std::vector<Errc> refusals(const jobs::Lease& lease) {
    std::vector<Errc> codes;
    const auto note = [&](const auto& answer) {
      if (!answer) codes.push_back(answer.error().code);
    };
    note(run(store().extend_lease(lease, kLease, kStart)));
    note(run(store().report_progress(lease, 50)));
    note(run(store().complete(lease, "{}", kStart)));
    note(run(store().fail(lease, "no", kStart)));
    note(run(store().fail_and_retry_at(lease, "no", kStart, kStart)));
    note(run(store().release(lease, kStart)));
    return codes;
  }
  void expect_refused_and_nothing_changed(const jobs::Lease& lease) {
    const auto before = get(lease.id);
    const auto counted = counts();
    EXPECT_EQ(refusals(lease), std::vector<Errc>(6, Errc::lease_lost));
    const auto after = get(lease.id);
    ASSERT_EQ(before.has_value(), after.has_value());
    if (before) {
      EXPECT_EQ(*before, *after);
    }
    EXPECT_EQ(counts(), counted);
  }
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreLease, testing::ValuesIn(store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(JobStoreLease, is_kept_for_another_while_from_now) {
  const auto id = add_one(job_of("v"));
  const auto lease = claim_lease();
  EXPECT_EQ(run(store().extend_lease(lease, Millis{5'000}, kStart + Millis{29'000})).value(),
            kStart + Millis{34'000});
  EXPECT_THAT(run(store().recover_expired(kStart + Millis{33'000})).value().waiting, IsEmpty());
  EXPECT_THAT(run(store().recover_expired(kStart + Millis{34'001})).value().waiting, ElementsAre(id));
}

// Some of the oldest that run, one of them twice; then some of the newest; then the rest.
TEST_P(JobStoreLease, ends_that_come_together_end_their_own_jobs_alone) {
  constexpr std::size_t kJobs = 30;
  const auto wave_of = [](std::size_t i) { return i < 20 && i % 2 == 1 ? 1 : i > 24 ? 2 : 3; };
  const auto result_of = [](const jobs::JobId& id) { return R"({"n":)" + id + "}"; };
  std::vector<jobs::Lease> leases;
  for (std::size_t i = 0; i < kJobs; ++i) add_one(job_of(i % 2 == 0 ? "v" : "w"));
  for (std::size_t i = 0; i < kJobs; ++i) leases.push_back(claim_lease());
  for (const int wave : {1, 2, 3}) {
    std::vector<boost::asio::awaitable<Result<void>>> ends;
    for (std::size_t i = 0; i < kJobs; ++i) {
      if (wave_of(i) == wave) ends.push_back(store().complete(leases[i], result_of(leases[i].id), kStart));
    }
    const auto count = static_cast<std::ptrdiff_t>(ends.size());
    if (wave == 1) ends.push_back(store().complete(leases[1], result_of(leases[1].id), kStart));
    const auto answers = run_all(std::move(ends));
    EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer.has_value(); }), count);
    for (std::size_t i = 0; i < kJobs; ++i) {
      const auto seen = job(leases[i].id);
      EXPECT_EQ(seen.state, wave_of(i) <= wave ? JobState::completed : JobState::active);
      EXPECT_EQ(seen.result_json, wave_of(i) <= wave ? result_of(seen.id) : "");
    }
  }
  EXPECT_EQ(counts(), (QueueCounts{.completed = kJobs}));
}

TEST_P(JobStoreLease, an_end_that_is_told_twice_at_once_is_one_end) {
  const auto id = add_one(job_of("v"));
  const auto lease = claim_lease();
  std::vector<boost::asio::awaitable<Result<void>>> ends;
  for (int i = 0; i < 2; ++i) ends.push_back(store().complete(lease, "1", kStart));
  const auto answers = run_all(std::move(ends));
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer.has_value(); }), 1);
  EXPECT_EQ(job(id).state, JobState::completed);
  EXPECT_EQ(counts(), (QueueCounts{.completed = 1}));
}

TEST_P(JobStoreLease, carries_progress_that_get_shows) {
  const auto id = add_one(job_of("v"));
  const auto lease = claim_lease();
  EXPECT_EQ(job(id).progress, 0);
  ASSERT_TRUE(run(store().report_progress(lease, 40)));
  EXPECT_EQ(job(id).progress, 40);
  ASSERT_TRUE(run(store().report_progress(lease, 140)));
  EXPECT_EQ(job(id).progress, 100);
  ASSERT_TRUE(run(store().report_progress(lease, -1)));
  EXPECT_EQ(job(id).progress, 0);
}

TEST_P(JobStoreLease, shows_progress_of_the_running_attempt_only) {
  const auto id = add_one(job_of("v"));
  auto lease = claim_lease();
  ASSERT_TRUE(run(store().report_progress(lease, 40)));
  ASSERT_TRUE(run(store().release(lease, kStart)));
  EXPECT_EQ(job(id).progress, 0);
  lease = claim_lease();
  EXPECT_EQ(job(id).progress, 0);
  ASSERT_TRUE(run(store().report_progress(lease, 40)));
  ASSERT_TRUE(run(store().complete(lease, "{}", kStart)));
  EXPECT_EQ(job(id).progress, 100);
}

TEST_P(JobStoreLease, ends_in_completion) {
  const auto id = add_one(job_of("v"));
  const auto claimed = claim(kStart + Millis{1}).job.value();
  ASSERT_TRUE(run(store().complete(claimed.lease, R"({"success":true})", kStart + Millis{2})));
  auto expected = claimed.job;
  expected.state = JobState::completed;
  expected.attempts_made = 1;
  expected.progress = 100;
  expected.finished_at = kStart + Millis{2};
  expected.result_json = R"({"success":true})";
  EXPECT_EQ(job(id), expected);
  EXPECT_EQ(counts(), (QueueCounts{.completed = 1}));
}

TEST_P(JobStoreLease, ends_in_failure) {
  const auto id = add_one(job_of("v"));
  const auto claimed = claim(kStart + Millis{1}).job.value();
  ASSERT_TRUE(run(store().fail(claimed.lease, "no face", kStart + Millis{2})));
  auto expected = claimed.job;
  expected.state = JobState::failed;
  expected.attempts_made = 1;
  expected.finished_at = kStart + Millis{2};
  expected.failed_reason = "no face";
  EXPECT_EQ(job(id), expected);
  EXPECT_EQ(counts(), (QueueCounts{.failed = 1}));
  EXPECT_FALSE(claim(kStart + Millis{1'000'000}).job);
}

TEST_P(JobStoreLease, ends_in_another_attempt_later) {
  const auto id = add_one(job_of("v"));
  const auto claimed = claim(kStart + Millis{1}).job.value();
  ASSERT_TRUE(
      run(store().fail_and_retry_at(claimed.lease, "502", kStart + Millis{2'000}, kStart + Millis{2})));
  auto expected = claimed.job;
  expected.state = JobState::delayed;
  expected.attempts_made = 1;
  expected.run_at = kStart + Millis{2'000};
  expected.failed_reason = "502";
  EXPECT_EQ(job(id), expected);
  EXPECT_EQ(counts(), (QueueCounts{.delayed = 1}));

  const auto again = claim(kStart + Millis{2'000}).job.value();
  expected.state = JobState::active;
  expected.run_at.reset();
  expected.processed_at = kStart + Millis{2'000};
  EXPECT_EQ(again.job, expected);
  EXPECT_NE(again.lease.token, claimed.lease.token);
  ASSERT_TRUE(run(store().complete(again.lease, "{}", kStart + Millis{2'100})));
  EXPECT_EQ(job(id).attempts_made, 2);
  EXPECT_EQ(job(id).failed_reason, "502");
}

TEST_P(JobStoreLease, ends_in_release_with_the_job_at_its_old_place_and_nothing_counted) {
  const auto ids = add({job_of("v"), job_of("v")}).value();
  const auto lease = claim_lease(kStart + Millis{3});
  ASSERT_TRUE(run(store().release(lease, kStart + Millis{4})));
  const auto released = job(ids[0]);
  EXPECT_EQ(released.state, JobState::waiting);
  EXPECT_EQ(released.attempts_made, 0);
  EXPECT_EQ(released.stalls, 0);
  EXPECT_EQ(released.processed_at, kStart + Millis{3});
  EXPECT_EQ(counts(), (QueueCounts{.waiting = 2}));
  EXPECT_EQ(claim_id(), ids[0]);
}

TEST_P(JobStoreLease, charges_the_vendor_only_once_for_a_job_that_was_released) {
  const auto ids = add({job_of("a"), job_of("a"), job_of("b"), job_of("b")}).value();
  const auto lease = claim_lease();  // a's first: a's tag is 1 now.
  ASSERT_TRUE(run(store().release(lease, kStart)));
  EXPECT_EQ(claim_id(), ids[2]);  // b's turn at tag 0.
  EXPECT_EQ(claim_id(), ids[0]);  // Both at 1: the older. Free, so a stays at 1.
  EXPECT_EQ(claim_id(), ids[1]);
  EXPECT_EQ(claim_id(), ids[3]);
}

TEST_P(JobStoreLease, is_lost_once_it_has_ended) {
  add_one(job_of("v"));
  const auto lease = claim_lease();
  ASSERT_TRUE(run(store().complete(lease, "{}", kStart)));
  expect_refused_and_nothing_changed(lease);
}

TEST_P(JobStoreLease, is_lost_when_somebody_else_has_the_job) {
  add_one(job_of("v"));
  const auto old = claim_lease();
  ASSERT_TRUE(run(store().recover_expired(TimePoint::max())));
  expect_refused_and_nothing_changed(old);
  const auto present = claim_lease();
  expect_refused_and_nothing_changed(old);
  EXPECT_TRUE(run(store().complete(present, "{}", kStart)));
}

TEST_P(JobStoreLease, is_refused_with_a_made_up_token_or_id) {
  add_one(job_of("v"));
  const auto lease = claim_lease();
  expect_refused_and_nothing_changed({.id = lease.id, .token = "made up"});
  expect_refused_and_nothing_changed({.id = lease.id, .token = ""});
  expect_refused_and_nothing_changed({.id = "424242", .token = lease.token});
  expect_refused_and_nothing_changed({.id = "x", .token = lease.token});
}

TEST_P(JobStoreLease, still_counts_when_it_has_run_out_but_nobody_has_taken_it_back) {
  add_one(job_of("v"));
  const auto lease = claim_lease();
  EXPECT_TRUE(run(store().complete(lease, "{}", kStart + kLease * 10)));
}

TEST_P(JobStoreLease, is_taken_back_only_when_it_ended_before_now) {
  const auto ids = add({job_of("a"), job_of("b")}).value();
  claim(kStart);
  claim(kStart + Millis{1});
  EXPECT_THAT(run(store().recover_expired(kStart + kLease)).value().waiting, IsEmpty());
  const auto recovered = run(store().recover_expired(kStart + kLease + Millis{1})).value();
  EXPECT_THAT(recovered.waiting, ElementsAre(ids[0]));
  EXPECT_THAT(recovered.failed, IsEmpty());
  EXPECT_EQ(job(ids[0]).state, JobState::waiting);
  EXPECT_EQ(job(ids[0]).stalls, 1);
  EXPECT_EQ(job(ids[0]).attempts_made, 0);
  EXPECT_EQ(job(ids[1]).state, JobState::active);
}

TEST_P(JobStoreLease, makes_a_dead_letter_of_a_job_whose_workers_died_once_too_often) {
  const auto id = add_one(job_of("v"));
  for (int stall = 1; stall <= jobs::kStallsMax; ++stall) {
    claim(kStart);
    EXPECT_THAT(run(store().recover_expired(TimePoint::max())).value().waiting, ElementsAre(id));
    EXPECT_EQ(job(id).stalls, stall);
  }
  claim(kStart + Millis{5});
  const auto recovered = run(store().recover_expired(TimePoint::max())).value();
  EXPECT_THAT(recovered.waiting, IsEmpty());
  EXPECT_THAT(recovered.failed, ElementsAre(id));
  const auto dead = job(id);
  EXPECT_EQ(dead.state, JobState::failed);
  EXPECT_EQ(dead.stalls, jobs::kStallsMax + 1);
  EXPECT_EQ(dead.attempts_made, 0);
  EXPECT_EQ(dead.finished_at, kStart + Millis{5} + kLease);
  EXPECT_FALSE(dead.failed_reason.empty());
  EXPECT_EQ(counts(), (QueueCounts{.failed = 1}));
  ASSERT_TRUE(run(store().retry(id, kStart)));
  EXPECT_EQ(job(id).stalls, 0);
}

TEST_P(JobStoreLease, takes_back_every_lease_of_every_queue_when_a_process_starts) {
  const auto q = add_one(job_of("v", "q"));
  const auto r = add_one(job_of("v", "r"));
  claim(kStart, "q");
  claim(kStart, "r");
  EXPECT_THAT(run(store().recover_expired(TimePoint::max())).value().waiting, ElementsAre(q, r));
  EXPECT_TRUE(claim(kStart, "q").job);
  EXPECT_TRUE(claim(kStart, "r").job);
}

}  // namespace
}  // namespace cutroom::conformance
