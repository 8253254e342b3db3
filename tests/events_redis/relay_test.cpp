// Several hubs on one Redis are as one.
#include <random>

#include "adapters/events_redis/scripts.hpp"
#include "relay_fixture.hpp"

namespace cutroom::events_redis {
namespace {

using Jobs = std::vector<std::string>;

TEST_F(RelayTest, two_hubs_see_the_same_events_with_the_same_ids) {
  const auto a = process();
  const auto b = process();
  const auto at_a = a->hub.subscribe({});
  const auto at_b = b->hub.subscribe({});
  for (int i = 0; i < 20; ++i) publish(i % 2 == 0 ? *a : *b, std::to_string(i));
  const std::uint64_t last = 21;  // The log begins with a fresh start of its own.
  ASSERT_TRUE(reaches(*a, last) && reaches(*b, last));
  const Seen seen_a = take(*a, *at_a);
  const Seen seen_b = take(*b, *at_b);
  EXPECT_EQ(seen_a.jobs.size(), 20U);
  EXPECT_EQ(seen_a.jobs, seen_b.jobs);
  EXPECT_EQ(seen_a.ids, seen_b.ids);
  EXPECT_EQ(seen_a.resyncs + seen_b.resyncs, 0);
}

TEST_F(RelayTest, an_event_arrives_as_it_was) {
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({engine::Topic::Kind::batch, "b7"});
  Event sent = event("12");
  sent.type = engine::EventType::completed;
  sent.batch = "b7";
  sent.text = R"({"success":true,"photoUrl":"http://x/ü"})";
  a->hub.publish(sent);
  ASSERT_TRUE(reaches(*b, 2));
  const auto batch = loop.run(listener->next(Millis{0}));
  ASSERT_EQ(batch.events.size(), 1U);
  const Event& got = batch.events[0];
  EXPECT_EQ(got.type, sent.type);
  EXPECT_EQ(got.job, sent.job);
  EXPECT_EQ(got.batch, sent.batch);
  EXPECT_EQ(got.vendor, sent.vendor);
  EXPECT_EQ(got.queue, sent.queue);
  EXPECT_EQ(got.text, sent.text);
}

TEST_F(RelayTest, keeps_the_order_of_one_publisher) {
  const auto a = process();
  const auto b = process();
  const auto listener = b->hub.subscribe({});
  Jobs sent;
  for (int i = 0; i < 2'000; ++i) publish(*a, sent.emplace_back(std::to_string(i)));
  ASSERT_TRUE(reaches(*b, 2'001));
  Seen seen;
  ASSERT_TRUE(take_until(b->hub, *listener, seen, [&] { return seen.jobs.size() >= sent.size(); }));
  EXPECT_EQ(seen.jobs, sent);
}

TEST_F(RelayTest, a_process_without_listeners_publishes_to_those_of_others) {
  const auto api = process();
  const auto listener = api->hub.subscribe({});
  redis_client::Redis redis(loop.io().get_executor(), redis_client::options_from_url(server->url()).value());
  EventHub worker(loop.io().get_executor());
  RedisEventRelay relay(loop.io().get_executor(), redis, clock, options);
  worker.relay_through(relay);
  worker.publish(event("1"));
  ASSERT_TRUE(reaches(*api, 2));
  EXPECT_EQ(take(*api, *listener).jobs, Jobs{"1"});
  EXPECT_EQ(worker.last_number(), 0U);
  redis.stop();
}

TEST_F(RelayTest, a_client_goes_on_at_a_hub_that_began_later) {
  const auto a = process();
  const auto listener = a->hub.subscribe({});
  for (int i = 0; i < 1'200; ++i) publish(*a, std::to_string(i));  // More than a page of the log.
  ASSERT_TRUE(reaches(*a, 1'201));
  const Seen seen = take(*a, *listener);
  const auto b = process();
  const auto again = b->hub.subscribe({}, seen.ids.at(99));
  Seen rest;
  ASSERT_TRUE(take_until(b->hub, *again, rest, [&] { return rest.jobs.size() >= 1'100; }));
  EXPECT_EQ(rest.resyncs, 0);
  EXPECT_EQ(rest.jobs.front(), "100");
  EXPECT_EQ(rest.jobs.back(), "1199");
}

TEST_F(RelayTest, a_client_that_is_cut_off_a_hundred_times_sees_each_event_once) {
  std::vector<std::unique_ptr<Process>> fleet;
  for (int i = 0; i < 3; ++i) fleet.push_back(process());
  std::mt19937 random(7);  // NOLINT: the same each time.
  const auto any = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  Jobs sent;
  Seen seen;
  Process* at = fleet[0].get();
  Subscription listener = at->hub.subscribe({});
  publish(*at, sent.emplace_back("0"));  // Something to go on from.
  ASSERT_TRUE(reaches(*at, 2));
  take(at->hub, *listener, seen);
  for (int cut = 0; cut < 100; ++cut) {
    for (std::size_t i = any(40); i > 0; --i)
      publish(*fleet[any(fleet.size())], sent.emplace_back(std::to_string(sent.size())));
    // At some moment in between: not all that was published has arrived, and the hubs are not equally far.
    const std::uint64_t so_far = seen.jobs.size() + 1 + any(sent.size() - seen.jobs.size() + 1);
    ASSERT_TRUE(reaches(*at, so_far));
    take(at->hub, *listener, seen);
    listener.reset();
    at = fleet[any(fleet.size())].get();
    listener = at->hub.subscribe({}, seen.ids.back());
  }
  for (auto& one : fleet) settle(*one);
  ASSERT_TRUE(take_until(at->hub, *listener, seen, [&] { return seen.jobs.size() >= sent.size(); }));
  EXPECT_EQ(seen.resyncs, 0);
  auto expected = sent;
  auto got = seen.jobs;
  std::ranges::sort(expected);
  std::ranges::sort(got);
  EXPECT_EQ(got, expected) << "each once";
}

TEST_F(RelayTest, says_so_where_the_log_does_not_reach_back_far_enough) {
  options.remembered = 100;
  const auto a = process();
  const auto listener = a->hub.subscribe({});
  publish(*a, "first");
  ASSERT_TRUE(reaches(*a, 2));
  const std::string id = take(*a, *listener).ids.at(0);
  for (int i = 0; i < 500; ++i) publish(*a, std::to_string(i));
  ASSERT_TRUE(reaches(*a, 502));
  const auto b = process();
  for (Process* at : {a.get(), b.get()}) EXPECT_EQ(take(*at, *at->hub.subscribe({}, id)).resyncs, 1);
  EXPECT_LE(std::stoll(server->command({"XLEN", "cutroom:{events}:log"})), 300) << "trimmed, more or less";
}

TEST_F(RelayTest, what_is_sent_again_is_in_the_log_once) {
  const auto a = process();
  const auto send = [&](std::uint64_t first, Jobs jobs) {
    std::vector<std::string> keys{"cutroom:{events}:log", "cutroom:{events}:from:x"};
    std::vector<std::string> words{"1764000000000",      "9", "1000", "60000", "cutroom:{events}:new",
                                   std::to_string(first)};
    for (const std::string& job : jobs) words.push_back("5 " + job);
    return loop.run(a->redis.run(publish_script(), std::move(keys), std::move(words))).value().integer();
  };
  EXPECT_EQ(send(1, {"a", "b"}), 2);
  EXPECT_EQ(send(1, {"a", "b"}), 0);
  EXPECT_EQ(send(2, {"b", "c"}), 1);
  EXPECT_EQ(send(4, {"d"}), 1);
  EXPECT_EQ(server->command({"XLEN", "cutroom:{events}:log"}), "5")
      << "with the fresh start at its beginning";
}

TEST_F(RelayTest, leaves_no_key_that_does_not_expire) {
  const auto a = process();
  publish(*a, "1");
  settle(*a);
  std::istringstream keys(server->command({"KEYS", "*"}));
  for (std::string key; std::getline(keys, key);)
    EXPECT_GT(std::stoll(server->command({"PTTL", key})), 0) << key;
}

}  // namespace
}  // namespace cutroom::events_redis
