// Processes of a fleet, in one: each with a client, a hub and a relay of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/events_redis/redis_event_relay.hpp"
#include "base/clock.hpp"
#include "engine/event_hub.hpp"
#include "redis_client/redis_test_loop.hpp"
#include "support/redis_server.hpp"

namespace cutroom::events_redis {

using engine::Event;
using engine::EventHub;
using Subscription = std::unique_ptr<EventHub::Subscription>;

// Comes back soon, however often it is cut off.
inline redis_client::Options restless(const std::string& url) {
  redis_client::Options options = redis_client::options_from_url(url).value();
  options.backoff_first = Millis{1};
  options.backoff_max = Millis{20};
  return options;
}

struct Process {
  Process(test::Loop& loop, const std::string& url, const Clock& clock, Options options)
      : redis(loop.io().get_executor(), restless(url)),
        hub(loop.io().get_executor(), options.remembered),
        relay(loop.io().get_executor(), redis, clock, options) {
    relay.listen(hub);
  }
  ~Process() { redis.stop(); }

  redis_client::Redis redis;
  EventHub hub;
  RedisEventRelay relay;
};

// What a client has seen at the hubs that it went to.
struct Seen {
  std::vector<std::string> jobs;
  std::vector<std::string> ids;
  int resyncs = 0;
};

class RelayTest : public testing::Test {
 protected:
  ~RelayTest() override { loop.run_out(); }

  virtual std::string url() const { return server->url(); }
  std::unique_ptr<Process> process() {
    auto one = std::make_unique<Process>(loop, url(), clock, options);
    EXPECT_TRUE(in_step(*one));
    return one;
  }
  bool in_step(Process& one) { return loop.run(one.relay.wait_until_in_step(Millis{30'000})); }

  static Event event(std::string job) {
    return {.type = engine::EventType::progress,
            .job = std::move(job),
            .batch = {},
            .vendor = "v",
            .queue = "q",
            .progress = 5,
            .text = "a\nb"};
  }
  static void publish(Process& by, const std::string& job) { by.hub.publish(event(job)); }
  // Until all that it has published is in Redis.
  void settle(Process& one) { (void)loop.run(drained(one.relay)); }
  // Until its hub knows of so many.
  bool reaches(Process& one, std::uint64_t number) {
    return loop.run_until([&] { return one.hub.last_number() >= number; });
  }

  // Takes what there is; waits so long for something. False: nothing came.
  bool take(EventHub& hub, EventHub::Subscription& from, Seen& into, Millis at_most = Millis{0}) {
    const auto batch = loop.run(from.next(at_most));
    into.resyncs += batch.resync;
    for (const Event& one : batch.events) {
      into.jobs.push_back(one.job);
      into.ids.push_back(hub.id_of(one.number));
    }
    return batch.resync || !batch.events.empty();
  }
  // Until it is so.
  bool take_until(EventHub& hub, EventHub::Subscription& from, Seen& into, const std::function<bool()>& so) {
    while (!so())
      if (!take(hub, from, into, Millis{30'000})) return false;
    return true;
  }
  Seen take(Process& at, EventHub::Subscription& from) {
    Seen seen;
    take(at.hub, from, seen);
    return seen;
  }

  test::Loop loop;
  SystemClock clock;
  Options options;
  std::unique_ptr<test::RedisServer> server = std::make_unique<test::RedisServer>();

 private:
  static boost::asio::awaitable<bool> drained(RedisEventRelay& relay) {
    co_await relay.drain(Millis{30'000});
    co_return true;
  }
};

}  // namespace cutroom::events_redis
