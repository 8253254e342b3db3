// Redis goes away, comes back with less than it had, drops connections: each event once, or the word to look
// anew.
#include "relay_fixture.hpp"

namespace cutroom::events_redis {
namespace {

using Jobs = std::vector<std::string>;

class RelayFaultsTest : public RelayTest {
 protected:
  void use(test::RedisServer::Options with) { server = std::make_unique<test::RedisServer>(std::move(with)); }
  bool is_away(Process& one) {
    return loop.run_until([&] { return !one.redis.is_connected(); });
  }
  // Until the listener has heard of the job, or of anything at all that was missed.
  Seen hear(Process& at, EventHub::Subscription& from, const std::string& last) {
    Seen seen;
    EXPECT_TRUE(
        take_until(at.hub, from, seen, [&] { return !seen.jobs.empty() && seen.jobs.back() == last; }))
        << "did not hear of " << last;
    return seen;
  }
  // Until the listener is told to look anew; what it hears after that is none of the past.
  void hear_that_something_is_missing(Process& at, EventHub::Subscription& from) {
    Seen seen;
    EXPECT_TRUE(take_until(at.hub, from, seen, [&] { return seen.resyncs > 0; }));
  }
};

TEST_F(RelayFaultsTest, what_is_published_while_redis_is_away_arrives_once_when_it_is_back) {
  use({.appendonly = true, .appendfsync = "always"});
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  publish(*a, "before");
  EXPECT_EQ(hear(*b, *listener, "before").jobs, Jobs{"before"});
  server->kill();
  ASSERT_TRUE(is_away(*a) && is_away(*b));
  Jobs sent;
  for (int i = 0; i < 600; ++i) publish(*a, sent.emplace_back(std::to_string(i)));
  server->restart();
  const Seen seen = hear(*b, *listener, "599");
  EXPECT_EQ(seen.jobs, sent);
  EXPECT_EQ(seen.resyncs, 0) << "nothing was lost";
}

TEST_F(RelayFaultsTest, everybody_looks_anew_after_redis_has_lost_all) {
  const auto a = process();
  const auto b = process();
  const auto at_a = a->hub.subscribe({});
  const auto at_b = b->hub.subscribe({});
  publish(*a, "1");
  const std::string old_id = hear(*a, *at_a, "1").ids.at(0);
  hear(*b, *at_b, "1");
  server->kill();
  ASSERT_TRUE(is_away(*a) && is_away(*b));
  server->restart();
  hear_that_something_is_missing(*a, *at_a);
  hear_that_something_is_missing(*b, *at_b);
  publish(*b, "2");
  const Seen seen_a = hear(*a, *at_a, "2");
  const Seen seen_b = hear(*b, *at_b, "2");
  EXPECT_EQ(seen_a.resyncs + seen_b.resyncs, 0) << "once is enough";
  EXPECT_EQ(seen_a.ids, seen_b.ids);
  EXPECT_EQ(take(*a, *a->hub.subscribe({}, old_id)).resyncs, 1);
}

// The trap: the same numbers again, for other events.
TEST_F(RelayFaultsTest, everybody_looks_anew_after_redis_came_back_with_an_older_state) {
  const auto a = process();
  const auto b = process();
  const auto at_a = a->hub.subscribe({});
  const auto at_b = b->hub.subscribe({});
  publish(*a, "kept");
  const std::string kept = hear(*a, *at_a, "kept").ids.at(0);
  hear(*b, *at_b, "kept");
  server->command({"SAVE"});
  for (const char* job : {"lost1", "lost2"}) publish(*a, job);
  const std::string lost = hear(*a, *at_a, "lost2").ids.back();
  hear(*b, *at_b, "lost2");
  server->kill();
  ASSERT_TRUE(is_away(*a) && is_away(*b));
  server->restart();
  for (const char* job : {"new1", "new2", "new3"}) publish(*b, job);
  hear_that_something_is_missing(*a, *at_a);
  hear_that_something_is_missing(*b, *at_b);
  publish(*a, "after");
  EXPECT_EQ(hear(*a, *at_a, "after").resyncs, 0);
  EXPECT_EQ(hear(*b, *at_b, "after").resyncs, 0);
  const auto c = process();  // Has never seen what was lost.
  for (Process* at : {a.get(), b.get(), c.get()}) {
    EXPECT_EQ(take(*at, *at->hub.subscribe({}, lost)).resyncs, 1);
    const Seen from_kept = take(*at, *at->hub.subscribe({}, kept));
    EXPECT_EQ(from_kept.resyncs, 0);
    EXPECT_EQ(from_kept.jobs, (Jobs{"new1", "new2", "new3", "after"}));
  }
}

TEST_F(RelayFaultsTest, a_cut_subscription_makes_no_gap) {
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  Jobs sent;
  Seen seen;
  for (int round = 0; round < 5; ++round) {
    server->command({"CLIENT", "KILL", "TYPE", "pubsub"});
    for (int i = 0; i < 50; ++i) publish(*a, sent.emplace_back(std::to_string(100 * round + i)));
    const Seen more = hear(*b, *listener, sent.back());
    seen.jobs.insert(seen.jobs.end(), more.jobs.begin(), more.jobs.end());
    seen.resyncs += more.resyncs;
  }
  EXPECT_EQ(seen.jobs, sent);
  EXPECT_EQ(seen.resyncs, 0);
}

TEST_F(RelayFaultsTest, a_cut_connection_makes_no_gap_and_nothing_twice) {
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  Jobs sent;
  Seen seen;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) publish(*a, sent.emplace_back(std::to_string(100 * round + i)));
    loop.io().poll();
    server->command({"CLIENT", "KILL", "TYPE", "normal"});
    const Seen more = hear(*b, *listener, sent.back());
    seen.jobs.insert(seen.jobs.end(), more.jobs.begin(), more.jobs.end());
    seen.resyncs += more.resyncs;
  }
  EXPECT_EQ(seen.jobs, sent);
  EXPECT_EQ(seen.resyncs, 0);
}

TEST_F(RelayFaultsTest, everybody_looks_anew_where_a_publisher_had_to_give_events_up) {
  use({.appendonly = true, .appendfsync = "always"});
  options.unsent_max = 20;
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  server->kill();
  ASSERT_TRUE(is_away(*a) && is_away(*b));
  for (int i = 0; i < 50; ++i) publish(*a, std::to_string(i));
  server->restart();
  hear_that_something_is_missing(*b, *listener);
  publish(*a, "after");
  EXPECT_EQ(hear(*b, *listener, "after").resyncs, 0);
}

TEST_F(RelayFaultsTest, refused_writes_are_tried_again) {
  options.pause = Millis{5};
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  server->command({"CONFIG", "SET", "maxmemory", "1"});
  publish(*a, "1");
  ASSERT_TRUE(loop.run_until(
      [&] { return server->command({"INFO", "errorstats"}).find("errorstat_OOM") != std::string::npos; }));
  server->command({"CONFIG", "SET", "maxmemory", "0"});
  const Seen seen = hear(*b, *listener, "1");
  EXPECT_EQ(seen.jobs, Jobs{"1"});
  EXPECT_EQ(seen.resyncs, 0);
}

}  // namespace
}  // namespace cutroom::events_redis
