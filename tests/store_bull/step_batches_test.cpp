// How many calls into Redis the steps make that many callers ask for at once.
#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "support/redis_server.hpp"

namespace cutroom::test {
namespace {

using boost::asio::awaitable;

constexpr TimePoint kNow{Millis{1'700'000'000'000}};
constexpr int kCallers = 50;

class StepBatchesTest : public testing::Test {
 protected:
  void SetUp() override {
    // The functions are there from now on.
    one(add());
  }

  // Runs them all at once; the calls of functions that this took.
  int all(std::vector<awaitable<void>> tasks) {
    server.command({"CONFIG", "RESETSTAT"});
    std::exception_ptr failure;
    for (auto& task : tasks) {
      boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr e) {
        if (e) failure = e;
      });
    }
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    const std::string stats = server.command({"INFO", "commandstats"});
    const std::string words = "cmdstat_fcall:calls=";
    const auto at = stats.find(words);
    return at == std::string::npos ? 0 : std::stoi(stats.substr(at + words.size()));
  }
  int one(awaitable<void> task) {
    std::vector<awaitable<void>> tasks;
    tasks.push_back(std::move(task));
    return all(std::move(tasks));
  }
  int many(const std::function<awaitable<void>(int)>& task) {
    std::vector<awaitable<void>> tasks;
    for (int i = 0; i < kCallers; ++i) tasks.push_back(task(i));
    return all(std::move(tasks));
  }

  awaitable<void> add() {
    std::vector<jobs::NewJob> job(1, {.queue = "q", .vendor = "v", .payload_json = "{}"});
    const auto added = co_await store.add(std::move(job), kNow);
    ids.push_back(added.value().at(0));
  }
  awaitable<void> claim() {
    jobs::ClaimOptions options{.queue = "q", .worker = "w", .now = kNow};
    const auto claimed = co_await store.claim(std::move(options));
    const auto& value = claimed.value();
    if (value.job) leases.push_back(value.job->lease);
  }
  awaitable<void> complete(jobs::Lease lease) {
    const auto done = co_await store.complete(std::move(lease), "1", kNow);
    if (done) ++completed;
  }

  RedisServer server;
  boost::asio::io_context io;
  redis_client::RedisThread connection{redis_client::options_from_url(server.url()).value()};
  store_bull::BullStore store{connection.redis(), {}, io.get_executor()};
  std::vector<jobs::JobId> ids;
  std::vector<jobs::Lease> leases;
  int completed = 0;
};

TEST_F(StepBatchesTest, what_many_ask_for_at_once_goes_in_two_calls) {
  EXPECT_EQ(many([&](int) { return add(); }), 2);
  EXPECT_EQ(ids.size(), kCallers + 1U);
  EXPECT_EQ(many([&](int) { return claim(); }), 2);
  ASSERT_EQ(leases.size(), static_cast<std::size_t>(kCallers));
  const auto ours = leases;
  EXPECT_EQ(many([&](int i) { return complete(ours.at(static_cast<std::size_t>(i))); }), 2);
  EXPECT_EQ(completed, kCallers);
}

TEST_F(StepBatchesTest, ends_and_claims_share_their_calls) {
  many([&](int) { return add(); });
  many([&](int) { return add(); });
  many([&](int) { return claim(); });
  const auto ours = leases;
  std::vector<awaitable<void>> tasks;
  for (const auto& lease : ours) tasks.push_back(complete(lease));
  for (int i = 0; i < kCallers; ++i) tasks.push_back(claim());
  EXPECT_EQ(all(std::move(tasks)), 2);
  EXPECT_EQ(completed, kCallers);
  EXPECT_EQ(leases.size(), 2U * kCallers);
  // Each has a half of both kinds: so two tokens, each of as many jobs.
  std::vector<std::string> tokens;
  for (std::size_t i = kCallers; i < leases.size(); ++i) tokens.push_back(leases[i].token);
  EXPECT_EQ(std::ranges::count(tokens, tokens.front()), kCallers / 2);
  EXPECT_EQ(std::ranges::count(tokens, tokens.back()), kCallers / 2);
}

TEST_F(StepBatchesTest, what_one_asks_for_goes_at_once) {
  EXPECT_EQ(one(add()), 1);
  EXPECT_EQ(one(claim()), 1);
  EXPECT_EQ(leases.size(), 1U);
}

}  // namespace
}  // namespace cutroom::test
