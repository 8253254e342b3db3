#include "engine/janitor.hpp"

#include <gtest/gtest.h>

#include "adapters/store_memory/memory_store.hpp"
#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

using boost::asio::awaitable;

class SetClock final : public Clock {
 public:
  TimePoint time = from_unix_ms(1'700'000'000'000);
  TimePoint now() const override { return time; }
};

class JanitorTest : public testing::Test {
 protected:
  void run(std::function<awaitable<void>()> fn) { test::run_coroutine(io, std::move(fn)); }
  void end_jobs(int completed, int failed) {
    run([&]() -> awaitable<void> {
      for (int i = 0; i < completed + failed; ++i) {
        std::vector<jobs::NewJob> one;
        one.push_back({.queue = "q", .vendor = "v", .payload_json = "{}"});
        co_await store.add(std::move(one), clock.now());
        jobs::ClaimOptions options{.queue = "q", .now = clock.now()};
        const auto claimed = co_await store.claim(std::move(options));
        if (i < completed)
          co_await store.complete(claimed->job->lease, "{}", clock.now());
        else
          co_await store.fail(claimed->job->lease, "no", clock.now());
      }
    });
  }
  jobs::QueueCounts counts() {
    jobs::QueueCounts counts;
    run([&]() -> awaitable<void> { counts = *co_await store.counts("q"); });
    return counts;
  }

  boost::asio::io_context io;
  SetClock clock;
  store_memory::MemoryStore store{io.get_executor()};
  test::FakeAssets assets;
  Janitor janitor{
      store,
      assets,
      clock,
      {.completed = Millis{1'000}, .completed_max = 3, .failed = Millis{5'000}, .failed_max = 100},
      {"q", "unused"}};
};

TEST_F(JanitorTest, forgets_completed_jobs_by_number_at_once) {
  end_jobs(5, 2);
  run([&]() -> awaitable<void> { co_await janitor.tidy_jobs(); });
  EXPECT_EQ(counts().completed, 3U);
  EXPECT_EQ(counts().failed, 2U);
}

TEST_F(JanitorTest, forgets_by_age_dead_letters_later_than_completed_jobs) {
  end_jobs(2, 2);
  clock.time += Millis{1'001};
  run([&]() -> awaitable<void> { co_await janitor.tidy_jobs(); });
  EXPECT_EQ(counts().completed, 0U);
  EXPECT_EQ(counts().failed, 2U);
  clock.time += Millis{4'000};
  run([&]() -> awaitable<void> { co_await janitor.tidy_jobs(); });
  EXPECT_EQ(counts().failed, 0U);
}

}  // namespace
}  // namespace cutroom::engine
