#include "engine/control.hpp"

#include <gtest/gtest.h>

#include "adapters/store_memory/memory_store.hpp"
#include "engine/orders.hpp"
#include "engine/status.hpp"
#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

using boost::asio::awaitable;
using jobs::JobState;

const std::string kQueue(jobs::kBackgroundRemoval);

class ControlTest : public testing::Test {
 protected:
  template <class T>
  T run(awaitable<T> call) {
    std::optional<T> answer;
    test::run_coroutine(io, [&]() -> awaitable<void> { answer.emplace(co_await std::move(call)); });
    return std::move(*answer);
  }
  jobs::Accepted hand_over(std::size_t count, bool as_batch = false) {
    jobs::Handover handover{.jobs = {}, .as_batch = as_batch};
    for (std::size_t i = 0; i < count; ++i)
      handover.jobs.push_back(
          {.queue = kQueue,
           .vendor = "v",
           .payload_json = to_json(Payload{.record_id = boost::json::string("r" + std::to_string(i)),
                                           .photo_url = "http://x/y"})});
    return run(store.accept(std::move(handover), clock.now())).value();
  }
  jobs::JobId add_one() { return hand_over(1).ids[0]; }
  jobs::Lease claim() {
    jobs::ClaimOptions options{.queue = kQueue, .worker = "w", .now = clock.now()};
    return run(store.claim(std::move(options)))->job.value().lease;
  }
  jobs::Job job(const jobs::JobId& id) { return run(store.get(id)).value(); }
  std::vector<EventType> heard() {
    std::vector<EventType> types;
    for (const Event& event : run(listener->next(Millis{0})).events) types.push_back(event.type);
    return types;
  }

  boost::asio::io_context io;
  SystemClock clock;
  store_memory::MemoryStore store{io.get_executor()};
  test::FakeRecords records;
  EventHub hub{io.get_executor()};
  Announcer announcer{hub, store};
  Control control{{.store = store, .records = records, .announcer = announcer, .clock = clock}};
  std::unique_ptr<EventHub::Subscription> listener = hub.subscribe({});
};

using Types = std::vector<EventType>;

TEST_F(ControlTest, a_cancelled_job_that_waited_fails_at_once_and_its_record_says_so) {
  const auto id = add_one();
  const auto is_stopping = run(control.cancel(id));
  ASSERT_TRUE(is_stopping);
  EXPECT_FALSE(*is_stopping);
  EXPECT_EQ(job(id).state, JobState::failed);
  EXPECT_EQ(job(id).failed_reason, "Cancelled");
  ASSERT_EQ(records.updates.size(), 1U);
  EXPECT_EQ(records.updates[0].processing_status, "failed");
  EXPECT_EQ(heard(), Types{EventType::failed});
  EXPECT_EQ(run(control.cancel(id)).error().code, Errc::conflict);
  EXPECT_EQ(run(control.cancel("99")).error().code, Errc::not_found);
}

TEST_F(ControlTest, a_cancelled_job_that_runs_is_told_to_stop) {
  std::vector<jobs::JobId> told;
  store.on_cancel([&](const jobs::JobId& id) { told.push_back(id); });
  const auto id = add_one();
  const auto lease = claim();
  EXPECT_TRUE(run(control.cancel(id)).value());
  io.restart();
  io.run();
  EXPECT_EQ(told, (std::vector<jobs::JobId>{id}));
  EXPECT_EQ(job(id).state, JobState::active);
  EXPECT_TRUE(records.updates.empty()) << "its worker says how it ended";
}

TEST_F(ControlTest, a_cancelled_batch_ends_with_all_that_had_not_ended) {
  const auto accepted = hand_over(3, true);
  ASSERT_TRUE(run(store.complete(claim(), "{}", clock.now())));
  EXPECT_EQ(run(control.cancel_batch(*accepted.batch)).value(), 2U);
  const auto batch = run(store.batch(*accepted.batch)).value();
  EXPECT_EQ(batch.completed, 1U);
  EXPECT_EQ(batch.failed, 2U);
  EXPECT_TRUE(batch.done_at);
  EXPECT_EQ(heard(), (Types{EventType::failed, EventType::failed, EventType::batch_completed}));
  EXPECT_EQ(run(control.cancel_batch("4711")).error().code, Errc::not_found);
}

TEST_F(ControlTest, retries_the_dead_letters_that_are_meant) {
  hand_over(3);
  ASSERT_TRUE(run(store.fail(claim(), "no face", clock.now())));
  ASSERT_TRUE(run(store.fail(claim(), "404", clock.now())));
  ASSERT_TRUE(run(store.fail(claim(), "no face at all", clock.now())));
  EXPECT_EQ(run(control.retry_all({.vendor = "other"}, "")).value(), 0U);
  EXPECT_EQ(run(control.retry_all({}, "no face")).value(), 2U);
  EXPECT_EQ(run(store.counts(kQueue))->waiting, 2U);
  EXPECT_EQ(run(store.counts(kQueue))->failed, 1U);
}

TEST_F(ControlTest, tells_of_jobs_that_wait_again_or_are_gone) {
  const auto id = add_one();
  ASSERT_TRUE(run(store.fail(claim(), "no", clock.now())));
  ASSERT_TRUE(run(control.retry(id)));
  ASSERT_TRUE(run(control.remove(id)));
  EXPECT_EQ(heard(), (Types{EventType::queued, EventType::removed}));
}

TEST_F(ControlTest, drains_a_queue_however_full) {
  hand_over(2 * jobs::kRemoveMax + 1);
  EXPECT_EQ(run(control.drain(kQueue, "other")).value(), 0U);
  EXPECT_EQ(run(control.drain(kQueue, std::nullopt)).value(), 2 * jobs::kRemoveMax + 1);
  EXPECT_EQ(run(store.counts(kQueue)).value(), jobs::QueueCounts{});
}

TEST_F(ControlTest, lists_page_by_page) {
  hand_over(5);
  Status status(store);
  const auto first = run(status.list({}, std::nullopt, 2)).value();
  ASSERT_EQ(first.jobs.size(), 2U);
  EXPECT_EQ(first.jobs[0].id, "5");
  hand_over(1);
  const auto second = run(status.list({}, first.older_than, 10)).value();
  ASSERT_EQ(second.jobs.size(), 3U);
  EXPECT_EQ(second.jobs[0].id, "3");
  EXPECT_FALSE(second.older_than);
}

}  // namespace
}  // namespace cutroom::engine
