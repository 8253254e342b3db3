// Queues that are spread over the nodes of a cluster: what a step brings to another queue arrives, and once,
// whoever dies in between.
#include <optional>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "support/redis_cluster.hpp"
#include "support/run_coroutine.hpp"

namespace cutroom::test {
namespace {

constexpr TimePoint kNow{Millis{1'700'000'000'000}};

jobs::NewJob job_of(std::string queue) {
  return {.queue = std::move(queue), .vendor = "v", .payload_json = "{}"};
}

// A process, as far as the store is concerned.
struct Process {
  explicit Process(const RedisCluster& cluster)
      : connection(redis_client::options_from_url(cluster.url()).value()),
        store(connection.redis(), {.prefix = "bull", .spread = true}, io.get_executor()) {}

  // Ends as soon as the answer is there, whatever else is under way; until goes_on().
  template <class T>
  T answer(boost::asio::awaitable<T> call) {
    std::optional<T> result;
    boost::asio::co_spawn(
        io,
        [](boost::asio::awaitable<T> inner, std::optional<T>& to,
           boost::asio::io_context& loop) -> boost::asio::awaitable<void> {
          to.emplace(co_await std::move(inner));
          loop.stop();
        }(std::move(call), result, io),
        [](std::exception_ptr bug) {
          if (bug) std::rethrow_exception(bug);
        });
    io.restart();
    io.run();
    return std::move(result).value();
  }
  void goes_on() {
    io.restart();
    io.run();
  }

  boost::asio::io_context io;
  redis_client::RedisThread connection;
  store_bull::BullStore store;
};

class SpreadQueuesTest : public testing::Test {
 protected:
  std::string in_outbox(const std::string& queue) {
    const redis_client::RedisThread connection(redis_client::options_from_url(cluster.url()).value());
    std::vector<std::string> command{"ZCARD", "cutroom:bull:{" + queue + "}::outbox"};
    return std::to_string(run(connection.redis()->command(std::move(command))).value().integer());
  }
  static jobs::Lease claim(Process& process, const std::string& queue) {
    return process.answer(process.store.claim({.queue = queue, .now = kNow})).value().job.value().lease;
  }

  RedisCluster cluster{RedisServer::Options{}, RedisCluster::Replicas::none};
};

TEST_F(SpreadQueuesTest, a_job_that_follows_arrives_once_though_its_process_dies_before_it_has_brought_it) {
  Process dying(cluster);
  ASSERT_TRUE(dying.answer(dying.store.add({job_of("face-crop")}, kNow)));
  const jobs::Lease lease = claim(dying, "face-crop");
  jobs::Settlement settlement{.move = jobs::Move::complete, .text = "{}"};
  settlement.follow_ups.push_back(job_of("webhook"));
  ASSERT_TRUE(dying.answer(dying.store.settle(lease, settlement, kNow)));
  EXPECT_EQ(in_outbox("face-crop"), "1");

  Process heir(cluster);
  ASSERT_TRUE(heir.answer(heir.store.recover_expired(kNow)));
  heir.goes_on();
  EXPECT_EQ(in_outbox("face-crop"), "0");
  EXPECT_EQ(heir.answer(heir.store.counts("webhook")).value().waiting, 1U);

  // It was only asleep, and goes on with what it had read.
  dying.goes_on();
  EXPECT_EQ(heir.answer(heir.store.counts("webhook")).value().waiting, 1U);
}

TEST_F(SpreadQueuesTest, no_number_is_given_twice_whoever_counts) {
  std::set<std::string> ids;
  std::set<std::string> bulls;
  std::size_t added = 0;
  Process one(cluster);
  Process other(cluster);
  redis_client::RedisThread bull(redis_client::options_from_url(cluster.url()).value());
  for (int round = 0; round < 50; ++round) {
    for (Process* process : {&one, &other}) {
      for (const char* queue : {"background-removal", "face-crop", "webhook"}) {
        const auto answer = process->answer(process->store.add({job_of(queue), job_of(queue)}, kNow)).value();
        ids.insert(answer.begin(), answer.end());
        added += answer.size();
        if (std::string(queue) == "webhook") {
          for (const auto& id : answer) EXPECT_FALSE(bulls.contains(id)) << "Bull's producer has given it";
        }
      }
    }
    // A producer of Bull's in one of them.
    std::vector<std::string> command{"INCR", "bull:{webhook}:id"};
    bulls.insert(std::to_string(run(bull.redis()->command(std::move(command))).value().integer()));
  }
  EXPECT_EQ(ids.size(), added);
}

TEST_F(SpreadQueuesTest, a_share_counts_in_queues_that_are_opened_later_and_by_others) {
  Process one(cluster);
  ASSERT_TRUE(one.answer(one.store.set_share("v", {.cap = 1, .cap_is_hard = true})));
  Process other(cluster);
  ASSERT_TRUE(other.answer(other.store.add({job_of("q"), job_of("q")}, kNow)));
  claim(other, "q");
  EXPECT_FALSE(one.answer(one.store.claim({.queue = "q", .now = kNow})).value().job);
}

TEST_F(SpreadQueuesTest, the_same_key_is_the_same_call_whichever_queue_it_was_for) {
  Process one(cluster);
  const jobs::Once once{.scope = "v", .key = "k", .fingerprint = "f", .note = "n"};
  jobs::Handover first{.jobs = {job_of("q")}, .once = once};
  const auto accepted = one.answer(one.store.accept(first, kNow)).value();
  Process other(cluster);
  EXPECT_EQ(other.answer(other.store.repeated(once, kNow)).value()->ids, accepted.ids);
  jobs::Handover second{.jobs = {job_of("r")}, .once = once};
  second.once->fingerprint = "g";
  EXPECT_EQ(other.answer(other.store.accept(second, kNow)).error().code, Errc::idempotency_conflict);
}

TEST_F(SpreadQueuesTest, there_may_be_sixteen_queues) {
  Process one(cluster);
  for (int i = 0; i < 16; ++i)
    EXPECT_TRUE(one.answer(one.store.add({job_of("q" + std::to_string(i))}, kNow)));
  const auto refused = one.answer(one.store.add({job_of("one-too-many")}, kNow));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("hash tag"), std::string::npos) << refused.error().detail;
}

}  // namespace
}  // namespace cutroom::test
