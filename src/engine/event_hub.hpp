// What happens to jobs, as it happens, for everybody who listens. Remembers the last events, so that a
// listener who was cut off goes on without a gap, or is told that there is one.
//
// Threads: the I/O thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "engine/event.hpp"
#include "engine/event_relay.hpp"
#include "engine/signal.hpp"

namespace cutroom::engine {

class EventHub {
 public:
  // Events remembered; about 300 bytes each and the results' JSON.
  static constexpr std::size_t kRemembered = 16'384;
  static constexpr std::size_t kSubscribersMax = 10'000;

  class Subscription;

  explicit EventHub(boost::asio::any_io_executor executor, std::size_t remembered = kRemembered,
                    std::size_t subscribers_max = kSubscribersMax);
  ~EventHub();  // After all subscriptions.

  // To all listeners; where there is a relay, to those of the whole fleet.
  void publish(Event);

  // From now on, or from after the event with this id on. nullptr: there are too many subscribers.
  std::unique_ptr<Subscription> subscribe(Topic,
                                          std::optional<std::string_view> last_event_id = std::nullopt);

  // "<epoch>-<number>": numbers begin anew with each process, epochs never come again. Relayed events have
  // their mark behind: "<epoch>-<number>-<mark>".
  std::string id_of(std::uint64_t number) const;
  std::uint64_t last_number() const { return next_ - 1; }
  // The newest remembered event of the topic that is such a one.
  std::optional<std::uint64_t> last_such(const Topic&, bool (*is_such)(const Event&)) const;
  std::size_t subscribers() const { return subscriber_count_; }

  // From now on publish() goes by way of it, and it alone calls the two below.
  void relay_through(EventRelay& relay) { relay_ = &relay; }
  bool is_relayed() const { return relay_ != nullptr; }
  // The next event, number and mark given.
  void append(Event);
  // Behind which event a hub is.
  struct Place {
    std::string epoch;
    std::uint64_t number = 0;
    std::uint32_t mark = 0;
  };
  // What was known counts for nothing: remembers `history`, the events behind `before`, and tells all
  // listeners to look at the present state anew.
  void restart(Place before, std::vector<Event> history);

 private:
  std::optional<Place> place_from(std::string_view id) const;
  std::uint32_t mark_of(std::uint64_t number) const;
  std::uint64_t oldest() const { return next_ - ring_.size(); }
  const Event& at(std::uint64_t number) const { return ring_[static_cast<std::size_t>(number - oldest())]; }
  void remember(Event);
  void wake(Topic::Kind, const std::string& id, std::uint64_t number);

  boost::asio::any_io_executor executor_;
  std::size_t remembered_;
  std::size_t subscribers_max_;
  EventRelay* relay_ = nullptr;
  std::string epoch_;
  std::uint32_t mark_before_ = 0;  // Of the event before the ring's first.
  std::deque<Event> ring_;
  std::uint64_t next_ = 1;
  std::size_t subscriber_count_ = 0;
  // By kind and id, so that an event wakes those alone whom it concerns.
  std::unordered_map<std::string, std::vector<Subscription*>> by_topic_;
};

class EventHub::Subscription {
 public:
  // Where it goes on: behind what the listener has seen, perhaps at another hub that was faster than this
  // one.
  struct Start {
    std::optional<Place> seen;
    bool has_gap = false;
  };
  Subscription(EventHub&, Topic, Start);
  ~Subscription();
  Subscription(const Subscription&) = delete;

  struct Batch {
    bool resync = false;        // Events are missing before these: look at the present state anew.
    std::uint64_t before = 0;   // With resync: whoever goes on after this number misses nothing of these.
    std::vector<Event> events;  // Oldest first; empty after `at_most` without any, or after stop().
  };
  // Waits for events; takes all there are, `events_max` at most.
  boost::asio::awaitable<Batch> next(Millis at_most, std::size_t events_max = 256);
  // A waiting next() returns soon, and each further one at once.
  void stop();
  bool stopped() const { return stopped_; }

 private:
  friend EventHub;
  void wake(std::uint64_t number);
  void look_anew();
  bool has_reached_seen();
  bool collect(Batch&, std::size_t events_max);

  EventHub& hub_;
  Topic topic_;
  // The first event not yet given that may be of the topic; before it, and without one, there is none.
  std::optional<std::uint64_t> pending_from_;
  std::optional<Place> ahead_;  // Seen by the listener, but not here yet.
  bool has_gap_;
  bool stopped_ = false;
  Signal signal_;
};

}  // namespace cutroom::engine
