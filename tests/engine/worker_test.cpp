#include "engine/worker.hpp"

#include <gtest/gtest.h>

#include "adapters/store_memory/memory_store.hpp"
#include "engine/worker_pulse.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

using boost::asio::awaitable;
using jobs::JobState;

const std::string kQueue(jobs::kBackgroundRemoval);

// A path that does what the test says.
class ScriptedPath final : public JobPath {
 public:
  std::function<awaitable<Result<std::string>>(Attempt&)> script;
  std::vector<std::string> reasons;  // What gave_up() was told.

  awaitable<Result<std::string>> run(Attempt& attempt) override { co_return co_await script(attempt); }
  awaitable<void> gave_up(const jobs::Job&, const std::string& reason) override {
    reasons.push_back(reason);
    co_return;
  }
};

// Says what it was asked for; settles at once, but can keep the answers to itself.
class HoldingStore final : public store_memory::MemoryStore {
 public:
  explicit HoldingStore(const boost::asio::any_io_executor& executor)
      : MemoryStore(executor), answers(executor) {}

  awaitable<Result<jobs::Claim>> claim(jobs::ClaimOptions options) override {
    asked.emplace_back("claim");
    return MemoryStore::claim(std::move(options));
  }
  awaitable<Result<jobs::Settled>> settle(jobs::Lease lease, jobs::Settlement settlement,
                                          TimePoint now) override {
    asked.emplace_back("settle");
    auto settled = co_await MemoryStore::settle(std::move(lease), std::move(settlement), now);
    while (holds) co_await answers.wait(answers.ticket());
    co_return settled;
  }

  std::vector<std::string> asked;
  bool holds = false;
  Signal answers;  // holds has changed.
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    store.on_work([this](const std::string&) {
      worker.wake();
      changed.notify();
    });
  }

  // Ends the worker, so that nothing of it is left when the test ends.
  void run(std::function<awaitable<void>()> test) {
    worker.start();
    test::run_coroutine(io, [&]() -> awaitable<void> {
      co_await test();
      co_await worker.stop(Millis{0});
    });
  }

  awaitable<jobs::JobId> add() {
    jobs::NewJob job;
    return add(std::move(job));
  }
  awaitable<jobs::JobId> add(jobs::NewJob job) {
    job.queue = kQueue;
    job.vendor = "v";
    std::vector<jobs::NewJob> one;
    one.push_back(std::move(job));
    const auto ids = co_await store.add(std::move(one), clock.now());
    co_return ids->front();
  }

  // The job once it is in `state`.
  awaitable<jobs::Job> until(jobs::JobId id, JobState state) {
    for (;;) {
      auto job = co_await store.get(id);
      if (job->state == state) co_return *job;
      const auto ticket = changed.ticket();
      co_await changed.wait(ticket, Millis{1});  // The store tells of new work only; ends have no signal.
    }
  }

  // Ends when the attempt is told to stop.
  awaitable<void> until_stopped(Attempt& attempt) {
    Signal signal(io.get_executor());
    const std::stop_callback callback(attempt.stop, [&] { signal.notify(); });
    while (!attempt.stop.stop_requested()) co_await signal.wait(signal.ticket());
  }

  boost::asio::io_context io;
  SystemClock clock;
  HoldingStore store{io.get_executor()};
  ScriptedPath path;
  Estimator estimator;
  Signal changed{io.get_executor()};
  EventHub hub{io.get_executor()};
  Announcer announcer{hub, store};
  Worker worker{
      io.get_executor(),
      {.store = store, .path = path, .estimator = estimator, .announcer = announcer, .clock = clock},
      {.queue = kQueue, .slots = 3, .name = "test"}};
};

TEST_F(WorkerTest, completes_a_job_with_the_result_of_its_path) {
  path.script = [](Attempt&) -> awaitable<Result<std::string>> {
    co_return std::string(R"({"success":true})");
  };
  run([&]() -> awaitable<void> {
    const auto job = co_await until(co_await add(), JobState::completed);
    EXPECT_EQ(job.result_json, R"({"success":true})");
    EXPECT_EQ(job.attempts_made, 1);
    EXPECT_TRUE(path.reasons.empty());
  });
}

TEST_F(WorkerTest, shows_progress_while_the_job_runs) {
  Signal go_on(io.get_executor());
  path.script = [&](Attempt& attempt) -> awaitable<Result<std::string>> {
    attempt.report(42);
    co_await go_on.wait(go_on.ticket());
    co_return std::string("{}");
  };
  run([&]() -> awaitable<void> {
    const auto id = co_await add();
    auto job = co_await until(id, JobState::active);
    while (job.progress != 42) job = co_await until(id, JobState::active);
    EXPECT_EQ(job.progress, 42);
    go_on.notify();
    co_await until(id, JobState::completed);
  });
}

TEST_F(WorkerTest, tells_what_it_runs) {
  WorkerPulse pulse({.id = "w1", .host = "h", .pid = 7, .version = "1"}, clock);
  pulse.add(worker);
  Signal go_on(io.get_executor());
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    co_await go_on.wait(go_on.ticket());
    co_return std::string("{}");
  };
  run([&]() -> awaitable<void> {
    const auto id = co_await add();
    co_await until(id, JobState::active);
    LoneWorker registry(pulse);
    const auto alive = co_await registry.alive();
    EXPECT_EQ(alive->size(), 1U);
    EXPECT_EQ(alive->at(0).id, "w1");
    const WorkerQueue running{.name = kQueue, .slots = 3, .running = {id}};
    EXPECT_EQ(alive->at(0).queues, std::vector{running});
    go_on.notify();
    co_await until(id, JobState::completed);
    EXPECT_TRUE(pulse.now().queues.at(0).running.empty());
  });
}

TEST_F(WorkerTest, tells_of_a_batchs_end_after_that_of_its_last_job) {
  path.script = [](Attempt& attempt) -> awaitable<Result<std::string>> {
    if (attempt.job.payload_json == "bad") co_return Error{.code = Errc::upstream_missing};
    co_return std::string("{}");
  };
  const auto listener = hub.subscribe({});
  std::vector<EventType> heard;
  run([&]() -> awaitable<void> {
    for (const std::string payload : {"good", "bad"}) {
      jobs::Handover handover{.jobs = {}, .as_batch = true};
      handover.jobs.push_back({.queue = kQueue, .vendor = "v", .payload_json = payload});
      const auto accepted = co_await store.accept(std::move(handover), clock.now());
      EXPECT_TRUE(accepted);
      for (bool is_done = false; !is_done;) {
        const auto news = co_await listener->next(Millis{1000});
        for (const Event& event : news.events) {
          heard.push_back(event.type);
          is_done |= event.type == EventType::batch_completed;
        }
      }
    }
  });
  EXPECT_EQ(heard, (std::vector{EventType::active, EventType::completed, EventType::batch_completed,
                                EventType::active, EventType::failed, EventType::batch_completed}));
}

TEST_F(WorkerTest, fails_at_once_what_cannot_get_better) {
  int runs = 0;
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    ++runs;
    co_return Error{.code = Errc::upstream_missing, .message = "The photo's server answered 404"};
  };
  run([&]() -> awaitable<void> {
    const auto job = co_await until(co_await add(), JobState::failed);
    EXPECT_EQ(job.failed_reason, "The photo's server answered 404");
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(path.reasons, std::vector<std::string>{"The photo's server answered 404"});
  });
}

TEST_F(WorkerTest, tries_again_after_a_pause_what_may_heal) {
  int runs = 0;
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    if (++runs < 3) co_return Error{.code = Errc::upstream_failed};
    co_return std::string("{}");
  };
  run([&]() -> awaitable<void> {
    jobs::NewJob job{.retry = {.attempts_max = 3, .backoff_first = Millis{5}}};
    const auto id = co_await add(std::move(job));
    const auto seen = co_await until(id, JobState::completed);
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(seen.attempts_made, 3);
    EXPECT_TRUE(path.reasons.empty());
  });
}

TEST_F(WorkerTest, gives_up_after_the_last_attempt) {
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    co_return Error{.code = Errc::upstream_failed, .message = "no route"};
  };
  run([&]() -> awaitable<void> {
    jobs::NewJob job{.retry = {.attempts_max = 2, .backoff_first = Millis{1}}};
    const auto id = co_await add(std::move(job));
    const auto seen = co_await until(id, JobState::failed);
    EXPECT_EQ(seen.attempts_made, 2);
    EXPECT_EQ(path.reasons, std::vector<std::string>{"no route"});
  });
}

TEST_F(WorkerTest, waits_the_back_off_before_the_next_attempt) {
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    co_return Error{.code = Errc::upstream_failed};
  };
  run([&]() -> awaitable<void> {
    jobs::NewJob job{.retry = {.attempts_max = 3, .backoff_first = Millis{3'600'000}}};
    const auto id = co_await add(std::move(job));
    const auto seen = co_await until(id, JobState::delayed);
    EXPECT_GT(*seen.run_at, clock.now() + Millis{3'500'000});
  });
}

TEST_F(WorkerTest, ends_an_attempt_that_takes_too_long) {
  path.script = [&](Attempt& attempt) -> awaitable<Result<std::string>> {
    co_await until_stopped(attempt);
    co_return Error{.code = Errc::cancelled};
  };
  run([&]() -> awaitable<void> {
    jobs::NewJob job{.retry = {.attempts_max = 1}, .timeout = Millis{20}};
    const auto id = co_await add(std::move(job));
    const auto seen = co_await until(id, JobState::failed);
    EXPECT_EQ(seen.failed_reason, "The job timed out after 0.02 s");
  });
}

TEST_F(WorkerTest, survives_an_exception_in_a_path) {
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    throw std::runtime_error("bug");
    co_return std::string();
  };
  run([&]() -> awaitable<void> {
    jobs::NewJob job{.retry = {.attempts_max = 1}};
    const auto id = co_await add(std::move(job));
    const auto seen = co_await until(id, JobState::failed);
    EXPECT_EQ(seen.failed_reason, "Internal error");
  });
}

TEST_F(WorkerTest, runs_as_many_jobs_at_once_as_it_has_slots) {
  int running = 0;
  int most = 0;
  Signal go_on(io.get_executor());
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    most = std::max(most, ++running);
    co_await go_on.wait(go_on.ticket(), Millis{2});
    --running;
    co_return std::string("{}");
  };
  run([&]() -> awaitable<void> {
    std::vector<jobs::JobId> ids;
    for (int i = 0; i < 10; ++i) ids.push_back(co_await add());
    for (const auto& id : ids) co_await until(id, JobState::completed);
    EXPECT_EQ(most, 3);
  });
}

TEST_F(WorkerTest, runs_the_next_jobs_before_the_ends_of_the_last_are_answered) {
  path.script = [](Attempt&) -> awaitable<Result<std::string>> { co_return std::string("{}"); };
  run([&]() -> awaitable<void> {
    store.holds = true;
    std::vector<jobs::JobId> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(co_await add());
    for (const auto& id : ids) co_await until(id, JobState::completed);
    EXPECT_TRUE(worker.running_jobs().empty());
    store.holds = false;
    store.answers.notify();
  });
}

TEST_F(WorkerTest, ends_a_job_before_it_asks_for_the_next) {
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    store.asked.clear();
    co_return std::string("{}");
  };
  Worker one_slot{
      io.get_executor(),
      {.store = store, .path = path, .estimator = estimator, .announcer = announcer, .clock = clock},
      {.queue = kQueue, .slots = 1, .name = "test"}};
  test::run_coroutine(io, [&]() -> awaitable<void> {
    const auto id = co_await add();
    one_slot.start();
    co_await until(id, JobState::completed);
    co_await one_slot.stop(Millis{0});
    EXPECT_EQ(store.asked.front(), "settle");
  });
}

TEST_F(WorkerTest, looks_again_where_it_may_not_be_told_of_work) {
  store.on_work([](const std::string&) {});
  Worker looking{
      io.get_executor(),
      {.store = store, .path = path, .estimator = estimator, .announcer = announcer, .clock = clock},
      {.queue = kQueue, .slots = 1, .name = "looking", .look_again = Millis{5}}};
  looking.start();
  path.script = [](Attempt&) -> awaitable<Result<std::string>> { co_return std::string("{}"); };
  test::run_coroutine(io, [&]() -> awaitable<void> {
    // The slot has found nothing, and waits.
    while (store.asked.empty()) co_await changed.wait(changed.ticket(), Millis{1});
    co_await until(co_await add(), JobState::completed);
    co_await looking.stop(Millis{0});
  });
}

TEST_F(WorkerTest, drops_the_result_of_a_job_that_was_given_to_another) {
  int runs = 0;
  Signal go_on(io.get_executor());
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    if (++runs == 1) {
      co_await go_on.wait(go_on.ticket());
      co_return std::string(R"({"run":1})");
    }
    co_return std::string(R"({"run":2})");
  };
  run([&]() -> awaitable<void> {
    const auto id = co_await add();
    co_await until(id, JobState::active);
    const auto recovered = co_await store.recover_expired(TimePoint::max());
    EXPECT_EQ(recovered->waiting, std::vector<jobs::JobId>{id});
    const auto seen = co_await until(id, JobState::completed);
    EXPECT_EQ(seen.result_json, R"({"run":2})");
    go_on.notify();
    co_await worker.stop(Millis{10'000});
    EXPECT_EQ((co_await store.get(id))->result_json, R"({"run":2})");
  });
}

TEST_F(WorkerTest, lets_a_running_job_end_within_the_grace_time) {
  Signal go_on(io.get_executor());
  path.script = [&](Attempt&) -> awaitable<Result<std::string>> {
    co_await go_on.wait(go_on.ticket(), Millis{20});
    co_return std::string("{}");
  };
  run([&]() -> awaitable<void> {
    const auto id = co_await add();
    co_await until(id, JobState::active);
    co_await worker.stop(Millis{10'000});
    EXPECT_EQ((co_await store.get(id))->state, JobState::completed);
  });
}

TEST_F(WorkerTest, gives_the_lease_back_uncounted_when_the_grace_time_is_over) {
  path.script = [&](Attempt& attempt) -> awaitable<Result<std::string>> {
    co_await until_stopped(attempt);
    co_return Error{.code = Errc::cancelled};
  };
  run([&]() -> awaitable<void> {
    const auto id = co_await add();
    co_await until(id, JobState::active);
    co_await worker.stop(Millis{5});
    const auto job = co_await store.get(id);
    EXPECT_EQ(job->state, JobState::waiting);
    EXPECT_EQ(job->attempts_made, 0);
    EXPECT_EQ(job->stalls, 0);
  });
}

TEST_F(WorkerTest, claims_nothing_more_once_it_stops) {
  path.script = [](Attempt&) -> awaitable<Result<std::string>> { co_return std::string("{}"); };
  run([&]() -> awaitable<void> {
    co_await worker.stop(Millis{0});
    const auto id = co_await add();
    EXPECT_EQ((co_await store.get(id))->state, JobState::waiting);
  });
}

}  // namespace
}  // namespace cutroom::engine
