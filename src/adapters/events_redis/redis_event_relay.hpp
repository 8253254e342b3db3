// Events of a fleet by way of Redis: a log of the last ones (a capped stream), from which every hub has the
// same events with the same ids, and messages that say what is new in it. Nothing polls.
//
// While Redis is away events wait at their publisher, and listeners hear nothing. A listener that was cut off
// goes on at any hub, each event once; where Redis has lost events (restarted from an older state, emptied),
// or they are too old, it is told to look anew.
//
// Threads: the executor's, which is that of Redis' callbacks and of the hub. Destroy it before Redis and
// before the hub.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/events_redis/options.hpp"
#include "adapters/redis_client/redis.hpp"
#include "base/clock.hpp"
#include "engine/event_relay.hpp"

namespace cutroom::events_redis {

class EventReceiver;
class EventSender;

class RedisEventRelay final : public engine::EventRelay {
 public:
  RedisEventRelay(boost::asio::any_io_executor, redis_client::Redis&, const Clock&, Options = Options());
  ~RedisEventRelay() override;

  void publish(engine::Event) override;

  // The hub hears all events of the fleet from now on. A process that has no listeners needs none.
  void listen(engine::EventHub&);
  // Whether the hub has all that Redis remembers; waits so long for it. To be asked before the first listener
  // comes, for until then nobody can go on where it was.
  boost::asio::awaitable<bool> wait_until_in_step(Millis at_most);

  // Returns when all that was published is in Redis, or after `at_most`.
  boost::asio::awaitable<void> drain(Millis at_most);
  // The same; after it nothing is sent or heard
  // any more.
  boost::asio::awaitable<void> stop(Millis at_most);

 private:
  boost::asio::any_io_executor executor_;
  redis_client::Redis& redis_;
  const Clock& clock_;
  const Options options_;
  std::shared_ptr<EventSender> sender_;
  std::shared_ptr<EventReceiver> receiver_;  // None before listen().
};

}  // namespace cutroom::events_redis
