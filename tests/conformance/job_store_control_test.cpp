// Batches, calls that are done once, cancelling, lists, logs, and forgetting: on every store.
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::Move;

class JobStoreControl : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreControl() : StoreDriver(GetParam()) {}

  jobs::Accepted accept(jobs::Handover handover, TimePoint now = kStart) {
    return run(store().accept(std::move(handover), now)).value();
  }
  jobs::Accepted batch_of(std::size_t count, std::optional<jobs::NewJob> after = std::nullopt) {
    return accept({.jobs = std::vector<jobs::NewJob>(count, job_of("v")),
                   .as_batch = true,
                   .after_batch = std::move(after)});
  }
  jobs::Batch batch(const jobs::BatchId& id) { return run(store().batch(id)).value(); }
  std::vector<jobs::JobId> ids(const jobs::JobFilter& filter, std::size_t page_jobs = 100) {
    std::vector<jobs::JobId> ids;
    std::optional<jobs::JobId> older_than;
    do {
      const auto page = run(store().list(filter, older_than, page_jobs)).value();
      EXPECT_LE(page.jobs.size(), page_jobs);
      for (const jobs::Job& job : page.jobs) ids.push_back(job.id);
      older_than = page.older_than;
    } while (older_than);
    return ids;
  }
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreControl, testing::ValuesIn(store_kinds()),
                         [](const auto& test) { return test.param.name; });

using Ids = std::vector<jobs::JobId>;

// --- Batches

TEST_P(JobStoreControl, a_batch_counts_how_its_jobs_end) {
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

TEST_P(JobStoreControl, the_job_after_a_batch_comes_once_and_with_its_id) {
  auto after = job_of("v", "after");
  after.payload_json = R"({"of":"{batch}"})";
  const auto accepted = batch_of(2, after);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  EXPECT_EQ(counts("after").waiting, 0U);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  EXPECT_EQ(counts("after").waiting, 1U);
  EXPECT_EQ(claim(kStart, "after").job->job.payload_json, R"({"of":")" + *accepted.batch + R"("})");
}

TEST_P(JobStoreControl, a_batch_ends_with_its_last_job_whatever_becomes_of_that) {
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

TEST_P(JobStoreControl, a_retried_job_opens_its_batch_again) {
  const auto accepted = batch_of(1);
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().retry(accepted.ids[0], kStart)));
  EXPECT_FALSE(batch(*accepted.batch).done_at);
  EXPECT_EQ(batch(*accepted.batch).failed, 0U);
  EXPECT_EQ(run(store().settle(claim_lease(), {.move = Move::complete, .text = "{}"}, kStart))->batch_done,
            accepted.batch);
}

TEST_P(JobStoreControl, removing_an_ended_job_leaves_its_batch_done) {
  const auto accepted = batch_of(1);
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().remove(accepted.ids[0], kStart)));
  EXPECT_EQ(batch(*accepted.batch).completed, 1U);
  EXPECT_EQ(batch(*accepted.batch).removed, 0U);
}

TEST_P(JobStoreControl, a_batch_is_of_one_queue_and_one_vendor_and_not_empty) {
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

// --- Calls that are done once

TEST_P(JobStoreControl, the_same_call_with_the_same_key_is_done_once) {
  const auto call = [&](const std::string& fingerprint, TimePoint now, const std::string& scope = "v") {
    return run(store().accept(
        {.jobs = {job_of("v"), job_of("v")},
         .as_batch = true,
         .once = jobs::Once{.scope = scope, .key = "k", .fingerprint = fingerprint, .note = "first"}},
        now));
  };
  const auto first = call("a", kStart);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->repeated);
  const auto again = call("a", kStart + jobs::kOnceKept - Millis{1});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->ids, first->ids);
  EXPECT_EQ(again->batch, first->batch);
  EXPECT_EQ(again->note, "first");
  EXPECT_EQ(counts().waiting, 2U);
  EXPECT_EQ(call("b", kStart).error().code, Errc::idempotency_conflict);
  EXPECT_FALSE(call("b", kStart, "another vendor")->repeated);
  EXPECT_FALSE(call("b", kStart + jobs::kOnceKept)->repeated) << "a day later it is a new call";
}

TEST_P(JobStoreControl, a_repeated_call_is_known_without_making_it) {
  const auto once_of = [](const std::string& fingerprint, const std::string& scope = "v") {
    return jobs::Once{.scope = scope, .key = "k", .fingerprint = fingerprint, .note = "first"};
  };
  const auto before = run(store().repeated(once_of("a"), kStart));
  ASSERT_TRUE(before);
  EXPECT_FALSE(*before) << "nobody has made it yet";
  const auto first = run(store().accept({.jobs = {job_of("v")}, .once = once_of("a")}, kStart));
  ASSERT_TRUE(first);
  const auto known = run(store().repeated(once_of("a"), kStart + jobs::kOnceKept - Millis{1}));
  ASSERT_TRUE(known && *known);
  EXPECT_TRUE((*known)->repeated);
  EXPECT_EQ((*known)->ids, first->ids);
  EXPECT_EQ((*known)->note, "first");
  EXPECT_EQ(run(store().repeated(once_of("b"), kStart)).error().code, Errc::idempotency_conflict);
  EXPECT_FALSE(*run(store().repeated(once_of("a", "another vendor"), kStart)));
  EXPECT_FALSE(*run(store().repeated(once_of("a"), kStart + jobs::kOnceKept)));
  EXPECT_EQ(counts().waiting, 1U);
}

TEST_P(JobStoreControl, a_key_has_a_bounded_length) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{256}}) {
    const jobs::Handover handover{
        .jobs = {job_of("v")},
        .once = jobs::Once{.scope = "v", .key = std::string(length, 'k'), .fingerprint = "f", .note = {}}};
    EXPECT_EQ(run(store().accept(handover, kStart)).error().code, Errc::invalid_input);
  }
}

// --- Delay, promote, cancel

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

// --- Lists and logs

TEST_P(JobStoreControl, lists_jobs_newest_first_and_by_what_is_asked) {
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

TEST_P(JobStoreControl, lists_jobs_by_state) {
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

TEST_P(JobStoreControl, lists_jobs_by_time_and_batch) {
  const auto early = add_one(job_of("v"), kStart);
  const auto late = add_one(job_of("v"), kStart + Millis{100});
  EXPECT_EQ(ids({.since = kStart + Millis{1}}), Ids{late});
  EXPECT_EQ(ids({.until = kStart + Millis{100}}), Ids{early});
  const auto accepted = batch_of(3);
  add_one(job_of("v"));
  EXPECT_EQ(ids({.batch = accepted.batch}, 2), (Ids{accepted.ids[2], accepted.ids[1], accepted.ids[0]}));
  EXPECT_EQ(ids({.batch = "77"}), Ids{});
}

TEST_P(JobStoreControl, a_cursor_stays_good_when_jobs_come_and_go) {
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

TEST_P(JobStoreControl, finds_a_few_jobs_among_thousands_in_bounded_steps) {
  const auto mine = add_one(job_of("mine"));
  add(std::vector<jobs::NewJob>(2 * jobs::kListSpan + 10, job_of("other"))).value();
  EXPECT_EQ(ids({.vendor = "mine"}), Ids{mine});
}

TEST_P(JobStoreControl, keeps_a_log_of_the_attempts) {
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

// --- Forgetting

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
