#include "engine/event_hub.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/token.hpp"

namespace cutroom::engine {
namespace {

constexpr std::array<std::string_view, 8> kTypes{"queued", "active",  "progress", "completed",
                                                 "failed", "delayed", "removed",  "batch-completed"};

std::string key_of(Topic::Kind kind, const std::string& id) {
  return std::string(1, static_cast<char>('0' + static_cast<int>(kind))) + id;
}

}  // namespace

std::string_view to_string(EventType type) { return kTypes.at(static_cast<std::size_t>(type)); }

bool Topic::holds(const Event& event) const {
  switch (kind) {
    case Kind::job:
      return event.job == id;
    case Kind::batch:
      return event.batch == id;
    case Kind::vendor:
      return event.vendor == id;
    case Kind::all:
      return true;
  }
  return false;
}

EventHub::EventHub(boost::asio::any_io_executor executor, std::size_t remembered, std::size_t subscribers_max)
    : executor_(std::move(executor)),
      remembered_(remembered),
      subscribers_max_(subscribers_max),
      epoch_(random_token(6)) {}

EventHub::~EventHub() = default;

void EventHub::publish(Event event) {
  event.number = next_++;
  ring_.push_back(std::move(event));
  if (ring_.size() > remembered_) ring_.pop_front();
  if (by_topic_.empty()) return;
  const Event& last = ring_.back();
  wake(Topic::Kind::all, {}, last.number);
  wake(Topic::Kind::vendor, last.vendor, last.number);
  if (!last.job.empty()) wake(Topic::Kind::job, last.job, last.number);
  if (last.batch) wake(Topic::Kind::batch, *last.batch, last.number);
}

void EventHub::wake(Topic::Kind kind, const std::string& id, std::uint64_t number) {
  const auto at = by_topic_.find(key_of(kind, id));
  if (at == by_topic_.end()) return;
  for (Subscription* subscription : at->second) subscription->wake(number);
}

std::optional<std::uint64_t> EventHub::number_of(std::string_view id) const {
  if (!id.starts_with(epoch_) || id.size() <= epoch_.size() + 1) return std::nullopt;
  id.remove_prefix(epoch_.size() + 1);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (failed != std::errc() || end != id.data() + id.size() || number >= next_) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> EventHub::last_such(const Topic& topic, bool (*is_such)(const Event&)) const {
  const auto found = std::find_if(ring_.rbegin(), ring_.rend(),
                                  [&](const Event& event) { return topic.holds(event) && is_such(event); });
  return found == ring_.rend() ? std::nullopt : std::optional(found->number);
}

std::unique_ptr<EventHub::Subscription> EventHub::subscribe(Topic topic,
                                                            std::optional<std::string_view> last_event_id) {
  if (subscriber_count_ >= subscribers_max_) return nullptr;
  if (!last_event_id) return std::make_unique<Subscription>(*this, std::move(topic), std::nullopt, false);
  const auto number = number_of(*last_event_id);
  if (!number || *number + 1 < oldest())
    return std::make_unique<Subscription>(*this, std::move(topic), std::nullopt, true);
  return std::make_unique<Subscription>(*this, std::move(topic), *number + 1, false);
}

EventHub::Subscription::Subscription(EventHub& hub, Topic topic, std::optional<std::uint64_t> pending_from,
                                     bool has_gap)
    : hub_(hub),
      topic_(std::move(topic)),
      pending_from_(pending_from),
      has_gap_(has_gap),
      signal_(hub.executor_) {
  ++hub_.subscriber_count_;
  hub_.by_topic_[key_of(topic_.kind, topic_.id)].push_back(this);
}

EventHub::Subscription::~Subscription() {
  --hub_.subscriber_count_;
  const auto at = hub_.by_topic_.find(key_of(topic_.kind, topic_.id));
  std::erase(at->second, this);
  if (at->second.empty()) hub_.by_topic_.erase(at);
}

void EventHub::Subscription::stop() {
  stopped_ = true;
  signal_.notify();
}

void EventHub::Subscription::wake(std::uint64_t number) {
  if (!pending_from_) pending_from_ = number;
  signal_.notify();
}

// Whether there is something to tell.
bool EventHub::Subscription::collect(Batch& batch, std::size_t events_max) {
  batch.before = hub_.last_number();
  if (pending_from_) {
    std::uint64_t at = *pending_from_;
    if (at < hub_.oldest()) {  // Slower than the events: those in between are gone.
      at = hub_.oldest();
      has_gap_ = true;
    }
    batch.before = at - 1;
    while (at < hub_.next_ && batch.events.size() < events_max) {
      const Event& event = hub_.at(at++);
      if (topic_.holds(event)) batch.events.push_back(event);
    }
    pending_from_ = at < hub_.next_ ? std::optional(at) : std::nullopt;
  }
  batch.resync = std::exchange(has_gap_, false);
  return batch.resync || !batch.events.empty();
}

boost::asio::awaitable<EventHub::Subscription::Batch> EventHub::Subscription::next(Millis at_most,
                                                                                   std::size_t events_max) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  Batch batch;
  while (!stopped_) {
    const auto ticket = signal_.ticket();
    if (collect(batch, events_max)) break;
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) break;
    co_await signal_.wait(ticket, left);
  }
  co_return batch;
}

}  // namespace cutroom::engine
