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
#include "engine/signal.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

enum class EventType : std::uint8_t {
  queued,
  active,
  progress,
  completed,
  failed,
  delayed,
  removed,
  batch_completed
};
// The words of the API: "batch-completed".
std::string_view to_string(EventType);

struct Event {
  std::uint64_t number = 0;  // Given by the hub, without gaps.
  EventType type = EventType::queued;
  jobs::JobId job;  // Empty with batch_completed.
  std::optional<jobs::BatchId> batch;
  std::string vendor;
  std::string queue;
  std::string record_json;  // The platform's id of the record, as JSON; empty where there is none.
  int progress = 0;
  std::string
      text;  // completed: the result's JSON; failed and delayed: the reason; batch_completed: its JSON.
};

// Whose events: those of one job, of one batch, of one vendor, or all.
struct Topic {
  enum class Kind : std::uint8_t { job, batch, vendor, all };
  Kind kind = Kind::all;
  std::string id;
  bool holds(const Event&) const;
};

class EventHub {
 public:
  // Events remembered; about 300 bytes each and the results' JSON.
  static constexpr std::size_t kRemembered = 16'384;
  static constexpr std::size_t kSubscribersMax = 10'000;

  class Subscription;

  explicit EventHub(boost::asio::any_io_executor executor, std::size_t remembered = kRemembered,
                    std::size_t subscribers_max = kSubscribersMax);
  ~EventHub();  // After all subscriptions.

  void publish(Event);

  // From now on, or from after the event with this id on. nullptr: there are too many subscribers.
  std::unique_ptr<Subscription> subscribe(Topic,
                                          std::optional<std::string_view> last_event_id = std::nullopt);

  // "<epoch>-<number>": numbers begin anew with each process, epochs never come again.
  std::string id_of(std::uint64_t number) const { return epoch_ + "-" + std::to_string(number); }
  std::uint64_t last_number() const { return next_ - 1; }
  // The newest remembered event of the topic that is such a one.
  std::optional<std::uint64_t> last_such(const Topic&, bool (*is_such)(const Event&)) const;
  std::size_t subscribers() const { return subscriber_count_; }

 private:
  std::optional<std::uint64_t> number_of(std::string_view id) const;
  std::uint64_t oldest() const { return next_ - ring_.size(); }
  const Event& at(std::uint64_t number) const { return ring_[static_cast<std::size_t>(number - oldest())]; }
  void wake(Topic::Kind, const std::string& id, std::uint64_t number);

  boost::asio::any_io_executor executor_;
  std::size_t remembered_;
  std::size_t subscribers_max_;
  std::string epoch_;
  std::deque<Event> ring_;
  std::uint64_t next_ = 1;
  std::size_t subscriber_count_ = 0;
  // By kind and id, so that an event wakes those alone whom it concerns.
  std::unordered_map<std::string, std::vector<Subscription*>> by_topic_;
};

class EventHub::Subscription {
 public:
  Subscription(EventHub&, Topic, std::optional<std::uint64_t> pending_from, bool has_gap);
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
  bool collect(Batch&, std::size_t events_max);

  EventHub& hub_;
  Topic topic_;
  // The first event not yet given that may be of the topic; before it, and without one, there is none.
  std::optional<std::uint64_t> pending_from_;
  bool has_gap_;
  bool stopped_ = false;
  Signal signal_;
};

}  // namespace cutroom::engine
