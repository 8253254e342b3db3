// Brings the log's events into a hub, in their order, each once: by messages as long as they follow one
// another, by reading the log where one is missing and whenever the connection is new.
//
// Belongs to one executor, the one on which Redis calls back. Owned by shared_ptr, for its own coroutine
// keeps it alive.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/events_redis/event_text.hpp"
#include "adapters/events_redis/options.hpp"
#include "adapters/redis_client/redis.hpp"
#include "base/clock.hpp"
#include "engine/event_hub.hpp"
#include "engine/signal.hpp"

namespace cutroom::events_redis {

class EventReceiver : public std::enable_shared_from_this<EventReceiver> {
 public:
  EventReceiver(boost::asio::any_io_executor, redis_client::Redis&, const Clock&, Options, engine::EventHub&);

  void heard(const std::string& message);
  // Whether messages come. Those of a new connection need not follow what is known, even where their numbers
  // do, until the log has been read.
  void connection(bool up);
  // Whether the hub has all that the log has; waits so long for it.
  boost::asio::awaitable<bool> wait_until_in_step(Millis at_most);
  // Touches the hub no more.
  void stop();

 private:
  // The last entry that the hub knows of.
  struct Place {
    LogId id;
    std::uint32_t mark = 0;
  };
  struct Reading;

  void look_again();
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<Result<void>> read_on();
  void take_pending();
  bool take(std::string_view message);
  void take(const LogId&, std::string_view entry);

  boost::asio::any_io_executor executor_;
  redis_client::Redis& redis_;
  const Clock& clock_;
  const Options options_;
  engine::EventHub* hub_;
  std::optional<Place> place_;
  std::vector<std::string> pending_;  // Messages that came while the log has to be read first.
  bool in_doubt_ = true;
  bool reading_ = false;
  bool again_ = false;
  bool stopped_ = false;
  engine::Signal try_again_;
  engine::Signal in_step_;
};

}  // namespace cutroom::events_redis
