// What jobs/job_store.hpp says of adding, claiming, looking and tidying up, sentence by sentence.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::JobState;
using jobs::QueueCounts;
using testing::ElementsAre;

class JobStore : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStore() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStore, testing::ValuesIn(store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

// --- add, get, counts

TEST_P(JobStore, gives_back_a_job_as_it_was_added) {
  const jobs::NewJob added{
      .queue = "q",
      .vendor = "käufer \"x\"",
      .payload_json = R"({"photoUrl":"http://a/ü.png","n":[1,2]})",
      .priority = -7,
      .cost = 2.5,
      .retry = {.attempts_max = 5, .backoff_first = Millis{10}, .backoff_max = Millis{99}},
      .timeout = Millis{1'234}};
  const auto id = add_one(added, kStart + Millis{5});
  const jobs::Job expected{.id = id,
                           .queue = added.queue,
                           .vendor = added.vendor,
                           .payload_json = added.payload_json,
                           .priority = added.priority,
                           .cost = added.cost,
                           .retry = added.retry,
                           .timeout = added.timeout,
                           .state = JobState::waiting,
                           .created_at = kStart + Millis{5}};
  EXPECT_EQ(job(id), expected);
}

TEST_P(JobStore, answers_ids_in_the_order_of_the_jobs) {
  std::vector<jobs::NewJob> many;
  for (int i = 0; i < 50; ++i) {
    many.push_back(job_of("v" + std::to_string(i)));
    many.back().payload_json = std::to_string(i);
  }
  const auto ids = add(many).value();
  ASSERT_EQ(ids.size(), 50U);
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 50U);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(job(ids[static_cast<std::size_t>(i)]).payload_json, std::to_string(i));
}

TEST_P(JobStore, accepts_all_jobs_or_none) {
  for (const auto& wrong :
       {jobs::NewJob{.queue = "q", .vendor = ""}, jobs::NewJob{.queue = "", .vendor = "v"},
        jobs::NewJob{.queue = "q", .vendor = "v", .cost = 0.0},
        jobs::NewJob{.queue = "q", .vendor = "v", .priority = 1'001}}) {
    const auto answer = add({job_of("v"), wrong});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::invalid_input);
  }
  EXPECT_EQ(counts(), QueueCounts{});
  EXPECT_FALSE(claim().job);
}

TEST_P(JobStore, accepts_no_jobs_at_all) { EXPECT_TRUE(add({}).value().empty()); }

TEST_P(JobStore, never_uses_an_id_again) {
  const auto first = add_one(job_of("v"));
  ASSERT_TRUE(run(store().remove(first, kStart)));
  EXPECT_NE(add_one(job_of("v")), first);
}

TEST_P(JobStore, knows_no_job_by_an_id_it_never_gave) {
  const auto id = add_one(job_of("v"));
  for (const std::string& wrong :
       {std::string("0"), std::string("-1"), std::string("999999"), std::string(""), "0" + id, id + " ",
        std::string("abc"), std::string("99999999999999999999")}) {
    EXPECT_EQ(get(wrong).error().code, Errc::not_found) << wrong;
    EXPECT_EQ(run(store().remove(wrong, kStart)).error().code, Errc::not_found) << wrong;
    EXPECT_EQ(run(store().retry(wrong, kStart)).error().code, Errc::not_found) << wrong;
  }
}

TEST_P(JobStore, counts_nothing_in_a_queue_that_nobody_has_used) {
  add_one(job_of("v"));
  EXPECT_EQ(counts("other"), QueueCounts{});
  EXPECT_FALSE(claim(kStart, "other").job);
}

TEST_P(JobStore, counts_the_jobs_of_each_state) {
  add({job_of("v"), job_of("v"), job_of("v"), job_of("v"), job_of("v"), job_of("v")}).value();
  EXPECT_EQ(counts(), (QueueCounts{.waiting = 6}));
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{1}, kStart)));
  claim();
  EXPECT_EQ(counts(), (QueueCounts{.waiting = 2, .active = 1, .completed = 1, .failed = 1, .delayed = 1}));
}

// --- claim

TEST_P(JobStore, leases_the_next_job_to_the_caller) {
  const auto id = add_one(job_of("v"));
  const auto claimed = claim(kStart + Millis{7}).job.value();
  EXPECT_EQ(claimed.job.id, id);
  EXPECT_EQ(claimed.job.state, JobState::active);
  EXPECT_EQ(claimed.job.processed_at, kStart + Millis{7});
  EXPECT_EQ(claimed.job.attempts_made, 0);
  EXPECT_EQ(claimed.lease.id, id);
  EXPECT_FALSE(claimed.lease.token.empty());
  EXPECT_EQ(claimed.lease.until, kStart + Millis{7} + kLease);
  EXPECT_EQ(job(id), claimed.job);
}

TEST_P(JobStore, gives_each_job_to_one_caller_only) {
  add({job_of("v"), job_of("v")}).value();
  const auto first = claim_id();
  const auto second = claim_id();
  EXPECT_NE(first, second);
  EXPECT_EQ(claim_id(), "");
}

TEST_P(JobStore, serves_one_vendor_by_priority_and_then_by_age) {
  auto urgent = job_of("v");
  urgent.priority = 10;
  auto lazy = job_of("v");
  lazy.priority = -10;
  const auto ids = add({lazy, job_of("v"), urgent, job_of("v")}).value();
  EXPECT_EQ(claim_id(), ids[2]);
  EXPECT_EQ(claim_id(), ids[1]);
  EXPECT_EQ(claim_id(), ids[3]);
  EXPECT_EQ(claim_id(), ids[0]);
}

TEST_P(JobStore, serves_vendors_by_turns) {
  const auto ids = add({job_of("a"), job_of("a"), job_of("a"), job_of("b")}).value();
  EXPECT_EQ(claim_id(), ids[0]);
  EXPECT_EQ(claim_id(), ids[3]);
  EXPECT_EQ(claim_id(), ids[1]);
}

TEST_P(JobStore, keeps_queues_apart) {
  const auto q = add_one(job_of("v", "q"));
  const auto r = add_one(job_of("v", "r"));
  EXPECT_EQ(claim(kStart, "r").job.value().job.id, r);
  EXPECT_FALSE(claim(kStart, "r").job);
  EXPECT_EQ(claim(kStart, "q").job.value().job.id, q);
}

TEST_P(JobStore, makes_due_jobs_waiting_ones_before_it_chooses) {
  const auto first = add_one(job_of("v"));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{100}, kStart)));
  const auto second = add_one(job_of("v"));
  const auto third = add_one(job_of("v"));
  EXPECT_EQ(claim_id(kStart + Millis{99}), second);
  EXPECT_EQ(claim_id(kStart + Millis{100}), first);  // At its old place.
  EXPECT_EQ(claim_id(kStart + Millis{100}), third);
}

TEST_P(JobStore, says_when_the_earliest_delayed_job_is_due_where_there_is_no_job) {
  EXPECT_EQ(claim().due, std::nullopt);
  add({job_of("a"), job_of("b")}).value();
  const auto first = claim_lease();
  const auto second = claim_lease();
  ASSERT_TRUE(run(store().fail_and_retry_at(first, "no", kStart + Millis{500}, kStart)));
  EXPECT_EQ(claim().due, kStart + Millis{500});
  ASSERT_TRUE(run(store().fail_and_retry_at(second, "no", kStart + Millis{200}, kStart)));
  EXPECT_EQ(claim().due, kStart + Millis{200});
  EXPECT_TRUE(claim(kStart + Millis{200}).job);
  EXPECT_EQ(claim(kStart + Millis{200}).due, kStart + Millis{500});
}

TEST_P(JobStore, makes_a_great_many_due_jobs_waiting_bit_by_bit) {
  constexpr std::size_t kJobs = jobs::kPromoteMax + 10;
  add(std::vector<jobs::NewJob>(kJobs, job_of("v"))).value();
  std::vector<boost::asio::awaitable<Result<jobs::Claim>>> claims;
  for (std::size_t i = 0; i < kJobs; ++i) claims.push_back(store().claim({.queue = "q", .now = kStart}));
  std::vector<boost::asio::awaitable<Result<void>>> ends;
  for (const auto& claimed : run_all(std::move(claims))) {
    ends.push_back(store().fail_and_retry_at(claimed->job.value().lease, "no", kStart + Millis{1}, kStart));
  }
  for (const auto& ended : run_all(std::move(ends))) ASSERT_TRUE(ended);
  EXPECT_TRUE(claim(kStart + Millis{1}).job);
  EXPECT_EQ(counts().delayed, 10U);
  EXPECT_TRUE(claim(kStart + Millis{1}).job);
  EXPECT_EQ(counts(), (QueueCounts{.waiting = kJobs - 2, .active = 2}));
}

// --- on_work

TEST_P(JobStore, tells_of_work_on_the_executor_once_it_can_be_claimed) {
  bool claimed = false;
  store().on_work([&](const std::string& queue) {
    EXPECT_TRUE(io().get_executor().running_in_this_thread());
    boost::asio::co_spawn(
        io(),
        [](jobs::JobStore& from, std::string name, bool& got) -> boost::asio::awaitable<void> {
          jobs::ClaimOptions options{.queue = std::move(name), .now = kStart};
          const auto answer = co_await from.claim(std::move(options));
          got = got || answer.value().job.has_value();
        }(store(), queue, claimed),
        [](std::exception_ptr) {});
  });
  add_one(job_of("v"));
  EXPECT_TRUE(claimed);
}

TEST_P(JobStore, tells_of_work_whenever_a_job_may_have_become_claimable) {
  const auto id = add_one(job_of("v"));
  EXPECT_GT(told(), 0) << "add";
  ASSERT_TRUE(run(store().release(claim_lease(), kStart)));
  EXPECT_GT(told(), 0) << "release";
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{1}, kStart)));
  EXPECT_GT(told(), 0) << "fail_and_retry_at";
  claim(kStart + Millis{1});
  told();
  ASSERT_TRUE(run(store().recover_expired(TimePoint::max())));
  EXPECT_GT(told(), 0) << "recover_expired";
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  told();
  ASSERT_TRUE(run(store().retry(id, kStart)));
  EXPECT_GT(told(), 0) << "retry";
  ASSERT_TRUE(run(store().set_paused("q", true)));
  told();
  ASSERT_TRUE(run(store().set_paused("q", false)));
  EXPECT_GT(told(), 0) << "set_paused";
  ASSERT_TRUE(run(store().set_share("v", {.paused = true})));
  told();
  ASSERT_TRUE(run(store().set_share("v", {.paused = false})));
  EXPECT_GT(told(), 0) << "set_share";
}

TEST_P(JobStore, tells_of_work_when_a_place_under_a_cap_becomes_free) {
  ASSERT_TRUE(run(store().set_share("v", {.cap = 1, .cap_is_hard = true})));
  add({job_of("v"), job_of("v"), job_of("v"), job_of("v")}).value();
  auto lease = claim_lease();
  EXPECT_EQ(claim_id(), "");
  told();
  ASSERT_TRUE(run(store().complete(lease, "{}", kStart)));
  EXPECT_GT(told(), 0) << "complete";
  lease = claim_lease();
  told();
  ASSERT_TRUE(run(store().fail(lease, "no", kStart)));
  EXPECT_GT(told(), 0) << "fail";
}

// --- retry, remove

TEST_P(JobStore, retries_a_dead_letter_at_the_end_of_its_vendors_line_with_all_attempts) {
  const auto first = add_one(job_of("v"));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart, kStart)));
  ASSERT_TRUE(run(store().fail(claim_lease(), "never", kStart)));
  const auto second = add_one(job_of("v"));
  ASSERT_TRUE(run(store().retry(first, kStart + Millis{9})));
  const jobs::Job expected{.id = first,
                           .queue = "q",
                           .vendor = "v",
                           .payload_json = job_of("v").payload_json,
                           .state = JobState::waiting,
                           .created_at = kStart};
  EXPECT_EQ(job(first), expected);
  EXPECT_EQ(counts(), (QueueCounts{.waiting = 2}));
  EXPECT_EQ(claim_id(), second);
  EXPECT_EQ(claim_id(), first);
}

TEST_P(JobStore, retries_only_what_has_failed) {
  const auto waiting = add_one(job_of("v"));
  EXPECT_EQ(run(store().retry(waiting, kStart)).error().code, Errc::conflict);
  const auto lease = claim_lease();
  EXPECT_EQ(run(store().retry(waiting, kStart)).error().code, Errc::conflict);
  ASSERT_TRUE(run(store().complete(lease, "{}", kStart)));
  EXPECT_EQ(run(store().retry(waiting, kStart)).error().code, Errc::conflict);
}

TEST_P(JobStore, forgets_a_job_in_every_state_but_active) {
  const auto ids =
      add({job_of("v"), job_of("v"), job_of("v"), job_of("v"), job_of("v"), job_of("v")}).value();
  ASSERT_TRUE(run(store().complete(claim_lease(), "{}", kStart)));
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{1}, kStart)));
  claim();
  EXPECT_EQ(run(store().remove(ids[3], kStart)).error().code, Errc::conflict);
  EXPECT_EQ(job(ids[3]).state, JobState::active);
  for (const std::size_t i : {0U, 1U, 2U, 4U}) {
    EXPECT_TRUE(run(store().remove(ids[i], kStart)));
    EXPECT_EQ(get(ids[i]).error().code, Errc::not_found);
    EXPECT_EQ(run(store().remove(ids[i], kStart)).error().code, Errc::not_found);
  }
  EXPECT_EQ(counts(), (QueueCounts{.waiting = 1, .active = 1}));
  EXPECT_EQ(claim_id(kStart + Millis{2}), ids[5]);
  EXPECT_EQ(claim(kStart + Millis{2}).due, std::nullopt);
}

TEST_P(JobStore, forgets_a_retried_job_that_waits_at_its_new_place) {
  const auto ids = add({job_of("v"), job_of("v")}).value();
  ASSERT_TRUE(run(store().fail(claim_lease(), "no", kStart)));
  ASSERT_TRUE(run(store().retry(ids[0], kStart)));
  ASSERT_TRUE(run(store().remove(ids[0], kStart)));
  EXPECT_EQ(claim_id(), ids[1]);
  EXPECT_EQ(claim_id(), "");
}

// --- pause, shares

TEST_P(JobStore, accepts_jobs_for_a_paused_queue_and_gives_none) {
  const auto running = add_one(job_of("v"));
  const auto lease = claim_lease();
  ASSERT_TRUE(run(store().set_paused("q", true)));
  const auto waiting = add_one(job_of("v"));
  EXPECT_FALSE(claim().job);
  EXPECT_EQ(job(waiting).state, JobState::paused);
  EXPECT_EQ(counts(), (QueueCounts{.active = 1, .paused = 1}));
  EXPECT_TRUE(run(store().complete(lease, "{}", kStart)));
  EXPECT_EQ(job(running).state, JobState::completed);
  ASSERT_TRUE(run(store().set_paused("q", false)));
  EXPECT_EQ(job(waiting).state, JobState::waiting);
  EXPECT_EQ(claim_id(), waiting);
}

TEST_P(JobStore, names_no_due_time_in_a_paused_queue) {
  add_one(job_of("v"));
  ASSERT_TRUE(run(store().fail_and_retry_at(claim_lease(), "no", kStart + Millis{1}, kStart)));
  ASSERT_TRUE(run(store().set_paused("q", true)));
  const auto answer = claim(kStart + Millis{5});
  EXPECT_FALSE(answer.job);
  EXPECT_EQ(answer.due, std::nullopt);
  EXPECT_EQ(counts().delayed, 1U);
}

TEST_P(JobStore, pauses_a_queue_before_its_first_job) {
  ASSERT_TRUE(run(store().set_paused("q", true)));
  add_one(job_of("v"));
  EXPECT_FALSE(claim().job);
}

TEST_P(JobStore, applies_a_vendors_share_in_every_queue_old_and_new) {
  add({job_of("v", "old"), job_of("v", "old")}).value();
  ASSERT_TRUE(run(store().set_share("v", {.cap = 1, .cap_is_hard = true})));
  add({job_of("v", "new"), job_of("v", "new")}).value();
  for (const std::string queue : {"old", "new"}) {
    EXPECT_TRUE(claim(kStart, queue).job);
    EXPECT_FALSE(claim(kStart, queue).job);
  }
}

TEST_P(JobStore, gives_a_paused_vendor_nothing) {
  ASSERT_TRUE(run(store().set_share("v", {.paused = true})));
  add_one(job_of("v"));
  EXPECT_FALSE(claim().job);
  ASSERT_TRUE(run(store().set_share("v", {})));
  EXPECT_TRUE(claim().job);
}

TEST_P(JobStore, refuses_a_weight_that_is_not_positive) {
  for (const double weight :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(run(store().set_share("v", {.weight = weight})).error().code, Errc::invalid_input);
  }
}

}  // namespace
}  // namespace cutroom::conformance
