// Brings this process's events into the log, in their order, each once. While Redis is away they are kept;
// when they become too many they are thrown away, and a fresh start takes their place in the log, so that
// everybody who listens looks at the present state anew.
//
// Belongs to one executor, the one on which Redis calls back. Owned by shared_ptr, for its own coroutine
// keeps it alive.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/events_redis/options.hpp"
#include "adapters/redis_client/redis.hpp"
#include "base/clock.hpp"
#include "engine/event.hpp"
#include "engine/signal.hpp"

namespace cutroom::events_redis {

class EventSender : public std::enable_shared_from_this<EventSender> {
 public:
  EventSender(boost::asio::any_io_executor, redis_client::Redis&, const Clock&, Options);

  void send(engine::Event);
  // Redis is back, perhaps.
  void try_again() { try_again_.notify(); }
  // Returns when all has been sent, or after `at_most`.
  boost::asio::awaitable<void> drain(Millis at_most);
  // Sends no more.
  void stop();

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<bool> send_some();
  std::vector<std::string> take_some();

  boost::asio::any_io_executor executor_;
  redis_client::Redis& redis_;
  const Clock& clock_;
  const Options options_;
  const std::string origin_;  // This sender among all of the fleet.
  std::deque<std::string> unsent_;
  std::vector<std::string> under_way_;  // May be in the log already.
  std::uint64_t first_under_way_ = 1;   // Its number at this sender; they have no gaps.
  bool lost_some_ = false;
  bool running_ = false;
  bool stopped_ = false;
  engine::Signal try_again_;
  engine::Signal drained_;
};

}  // namespace cutroom::events_redis
