#include "engine/event_hub.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

using boost::asio::awaitable;

class EventHubTest : public testing::Test {
 protected:
  static Event event(const std::string& job, const std::string& vendor = "v") {
    return {.type = EventType::progress, .job = job, .batch = {}, .vendor = vendor, .queue = "q", .text = {}};
  }
  EventHub::Subscription::Batch take(EventHub::Subscription& from, Millis at_most = Millis{0}) {
    EventHub::Subscription::Batch batch;
    test::run_coroutine(io, [&]() -> awaitable<void> { batch = co_await from.next(at_most); });
    return batch;
  }
  std::vector<std::string> jobs_of(EventHub::Subscription& from) {
    std::vector<std::string> jobs;
    for (const Event& one : take(from, Millis{1}).events) jobs.push_back(one.job);
    return jobs;
  }

  boost::asio::io_context io;
  EventHub hub{io.get_executor(), 4, 3};
};

using Jobs = std::vector<std::string>;

TEST_F(EventHubTest, gives_each_listener_the_events_of_its_topic) {
  const auto job = hub.subscribe({Topic::Kind::job, "1"});
  const auto vendor = hub.subscribe({Topic::Kind::vendor, "w"});
  const auto all = hub.subscribe({});
  hub.publish(event("1"));
  hub.publish(event("2", "w"));
  hub.publish(event("1"));
  EXPECT_EQ(jobs_of(*job), (Jobs{"1", "1"}));
  EXPECT_EQ(jobs_of(*vendor), (Jobs{"2"}));
  EXPECT_EQ(jobs_of(*all), (Jobs{"1", "2", "1"}));
  EXPECT_EQ(jobs_of(*all), Jobs{});
}

TEST_F(EventHubTest, gives_the_events_of_a_batch) {
  const auto batch = hub.subscribe({Topic::Kind::batch, "b"});
  Event in_batch = event("1");
  in_batch.batch = "b";
  hub.publish(event("2"));
  hub.publish(in_batch);
  EXPECT_EQ(jobs_of(*batch), (Jobs{"1"}));
}

TEST_F(EventHubTest, goes_on_after_the_last_event_that_was_seen) {
  std::string seen;
  {
    const auto first = hub.subscribe({});
    hub.publish(event("1"));
    seen = hub.id_of(take(*first).events.at(0).number);
  }
  hub.publish(event("2"));
  hub.publish(event("3"));
  const auto again = hub.subscribe({}, seen);
  hub.publish(event("4"));
  const auto batch = take(*again);
  EXPECT_FALSE(batch.resync);
  ASSERT_EQ(batch.events.size(), 3U);
  EXPECT_EQ(batch.events[0].job, "2");
  EXPECT_EQ(batch.events[2].job, "4");
}

TEST_F(EventHubTest, says_so_where_events_are_missing) {
  hub.publish(event("0"));
  const std::string seen = hub.id_of(1);
  for (int i = 1; i <= 5; ++i) hub.publish(event(std::to_string(i)));
  const auto too_late = hub.subscribe({}, seen);
  EXPECT_TRUE(take(*too_late).resync);
  EXPECT_FALSE(take(*too_late).resync) << "once is enough";
  for (const char* unknown : {"", "x", "other-1", "-1"}) {
    const auto stranger = hub.subscribe({}, unknown);
    EXPECT_TRUE(take(*stranger).resync) << unknown;
  }
  const auto from_the_future = hub.subscribe({}, hub.id_of(99));
  EXPECT_TRUE(take(*from_the_future).resync);
}

TEST_F(EventHubTest, a_listener_that_is_too_slow_is_told_to_look_anew) {
  const auto slow = hub.subscribe({});
  for (int i = 1; i <= 6; ++i) hub.publish(event(std::to_string(i)));
  const auto batch = take(*slow);
  EXPECT_TRUE(batch.resync);
  EXPECT_EQ(batch.events.size(), 4U);
}

TEST_F(EventHubTest, events_of_others_make_no_gap) {
  const auto mine = hub.subscribe({Topic::Kind::vendor, "mine"});
  for (int i = 1; i <= 50; ++i) hub.publish(event(std::to_string(i), "other"));
  hub.publish(event("7", "mine"));
  const auto batch = take(*mine);
  EXPECT_FALSE(batch.resync);
  ASSERT_EQ(batch.events.size(), 1U);
}

TEST_F(EventHubTest, wakes_who_waits) {
  const auto listener = hub.subscribe({Topic::Kind::job, "1"});
  Jobs got;
  boost::asio::co_spawn(
      io,
      [&]() -> awaitable<void> {
        for (const Event& one : (co_await listener->next(Millis{60'000})).events) got.push_back(one.job);
      },
      boost::asio::detached);
  boost::asio::post(io, [&] { hub.publish(event("1")); });
  io.run();
  EXPECT_EQ(got, (Jobs{"1"}));
}

TEST_F(EventHubTest, ends_the_wait_when_it_is_stopped) {
  const auto listener = hub.subscribe({});
  boost::asio::post(io, [&] { listener->stop(); });
  const auto batch = take(*listener, Millis{60'000});
  EXPECT_TRUE(batch.events.empty());
  EXPECT_TRUE(listener->stopped());
}

TEST_F(EventHubTest, has_room_for_so_many_listeners) {
  auto one = hub.subscribe({});
  const auto two = hub.subscribe({});
  const auto three = hub.subscribe({});
  EXPECT_EQ(hub.subscribe({}), nullptr);
  one.reset();
  EXPECT_NE(hub.subscribe({}), nullptr);
}

// What a relay does with a hub, event by event.
class RelayedHubTest : public EventHubTest {
 protected:
  struct Sent final : EventRelay {
    void publish(Event one) override { events.push_back(std::move(one)); }
    std::vector<Event> events;
  };
  static Event relayed(std::uint64_t number, std::uint32_t mark, const std::string& job) {
    Event one = event(job);
    one.number = number;
    one.mark = mark;
    return one;
  }
  void SetUp() override {
    hub.relay_through(relay);
    hub.restart({.epoch = "1700", .number = 4, .mark = 44}, {});
  }
  Sent relay;
};

TEST_F(RelayedHubTest, publishes_by_way_of_the_relay_alone) {
  const auto listener = hub.subscribe({});
  hub.publish(event("1"));
  EXPECT_EQ(relay.events.size(), 1U);
  EXPECT_EQ(jobs_of(*listener), Jobs{});
  hub.append(relayed(5, 55, "1"));
  EXPECT_EQ(jobs_of(*listener), Jobs{"1"});
  EXPECT_EQ(hub.id_of(5), "1700-5-55");
}

TEST_F(RelayedHubTest, goes_on_behind_what_was_seen_at_another_hub) {
  hub.append(relayed(5, 55, "a"));
  hub.append(relayed(6, 66, "b"));
  EXPECT_EQ(jobs_of(*hub.subscribe({}, "1700-4-44")), (Jobs{"a", "b"}));
  EXPECT_EQ(jobs_of(*hub.subscribe({}, "1700-5-55")), (Jobs{"b"}));
  EXPECT_EQ(jobs_of(*hub.subscribe({}, "1700-6-66")), Jobs{});
  for (const char* other :
       {"1700-5-56", "1700-5", "1700-3-33", "170-5-55", "17001-5-55", "1700-5-", "1700-5-x"})
    EXPECT_TRUE(take(*hub.subscribe({}, other)).resync) << other;
}

TEST_F(RelayedHubTest, waits_for_what_was_seen_at_a_faster_hub) {
  const auto fast = hub.subscribe({}, "1700-6-66");
  const auto mistaken = hub.subscribe({}, "1700-6-99");
  hub.append(relayed(5, 55, "a"));
  hub.append(relayed(6, 66, "b"));
  EXPECT_EQ(jobs_of(*fast), Jobs{}) << "both were seen elsewhere";
  hub.append(relayed(7, 77, "c"));
  const auto batch = take(*fast);
  EXPECT_FALSE(batch.resync);
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].job, "c");
  EXPECT_TRUE(take(*mistaken).resync) << "it has seen a sixth event that was lost again";
}

TEST_F(RelayedHubTest, tells_everybody_to_look_anew_where_events_were_lost) {
  const auto listener = hub.subscribe({Topic::Kind::vendor, "w"});
  const auto ahead = hub.subscribe({}, "1700-6-66");
  hub.append(relayed(5, 55, "a"));
  hub.restart({.epoch = "1800", .number = 1, .mark = 1}, {relayed(2, 22, "h"), relayed(3, 33, "i")});
  for (const auto* one : {&listener, &ahead}) {
    const auto batch = take(**one);
    EXPECT_TRUE(batch.resync);
    EXPECT_TRUE(batch.events.empty()) << "history is for those who come back";
  }
  EXPECT_TRUE(take(*hub.subscribe({}, "1700-5-55")).resync);
  EXPECT_EQ(jobs_of(*hub.subscribe({}, "1800-2-22")), (Jobs{"i"}));
  hub.append(relayed(4, 44, "b"));
  EXPECT_EQ(jobs_of(*ahead), (Jobs{"b"}));
}

TEST_F(RelayedHubTest, keeps_of_a_long_history_what_it_has_room_for) {
  std::vector<Event> history;
  for (std::uint32_t i = 1; i <= 6; ++i) history.push_back(relayed(i, 10 * i, std::to_string(i)));
  hub.restart({.epoch = "1800", .number = 0, .mark = 0}, std::move(history));
  EXPECT_EQ(jobs_of(*hub.subscribe({}, "1800-2-20")), (Jobs{"3", "4", "5", "6"}));
  EXPECT_TRUE(take(*hub.subscribe({}, "1800-1-10")).resync);
}

}  // namespace
}  // namespace cutroom::engine
