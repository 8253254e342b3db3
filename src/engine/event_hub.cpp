#include "engine/event_hub.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "base/token.hpp"

namespace cutroom::engine {
namespace {

std::string key_of(Topic::Kind kind, const std::string& id) {
  return std::string(1, static_cast<char>('0' + static_cast<int>(kind))) + id;
}

template <class Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc() && end == text.data() + text.size();
}

}  // namespace

EventHub::EventHub(boost::asio::any_io_executor executor, std::size_t remembered, std::size_t subscribers_max)
    : executor_(std::move(executor)),
      remembered_(remembered),
      subscribers_max_(subscribers_max),
      epoch_(random_token(6)) {}

EventHub::~EventHub() = default;

void EventHub::publish(Event event) {
  if (relay_ != nullptr) return relay_->publish(std::move(event));
  event.number = next_;
  append(std::move(event));
}

void EventHub::append(Event event) {
  assert(event.number == next_);
  ++next_;
  remember(std::move(event));
  if (by_topic_.empty()) return;
  const Event& last = ring_.back();
  wake(Topic::Kind::all, {}, last.number);
  wake(Topic::Kind::vendor, last.vendor, last.number);
  if (!last.job.empty()) wake(Topic::Kind::job, last.job, last.number);
  if (last.batch) wake(Topic::Kind::batch, *last.batch, last.number);
}

void EventHub::remember(Event event) {
  ring_.push_back(std::move(event));
  if (ring_.size() <= remembered_) return;
  mark_before_ = ring_.front().mark;
  ring_.pop_front();
}

void EventHub::restart(Place before, std::vector<Event> history) {
  epoch_ = std::move(before.epoch);
  mark_before_ = before.mark;
  next_ = before.number + 1 + history.size();
  ring_.clear();
  for (Event& event : history) remember(std::move(event));
  for (const auto& [topic, subscriptions] : by_topic_)
    for (Subscription* subscription : subscriptions) subscription->look_anew();
}

void EventHub::wake(Topic::Kind kind, const std::string& id, std::uint64_t number) {
  const auto at = by_topic_.find(key_of(kind, id));
  if (at == by_topic_.end()) return;
  for (Subscription* subscription : at->second) subscription->wake(number);
}

std::uint32_t EventHub::mark_of(std::uint64_t number) const {
  if (number + 1 == oldest()) return mark_before_;
  return number >= oldest() && number < next_ ? at(number).mark : 0;
}

std::string EventHub::id_of(std::uint64_t number) const {
  std::string id = epoch_ + "-" + std::to_string(number);
  if (const std::uint32_t mark = mark_of(number); mark != 0) id += "-" + std::to_string(mark);
  return id;
}

// nullopt: no id of this epoch.
std::optional<EventHub::Place> EventHub::place_from(std::string_view id) const {
  if (!id.starts_with(epoch_) || id.size() <= epoch_.size() + 1 || id[epoch_.size()] != '-')
    return std::nullopt;
  id.remove_prefix(epoch_.size() + 1);
  Place place{.epoch = epoch_};
  const std::string_view number = id.substr(0, id.find('-'));
  const std::string_view mark = id.substr(std::min(id.size(), number.size() + 1));
  if (!read_number(number, place.number)) return std::nullopt;
  if (number.size() < id.size() && !read_number(mark, place.mark)) return std::nullopt;
  return place;
}

std::optional<std::uint64_t> EventHub::last_such(const Topic& topic, bool (*is_such)(const Event&)) const {
  const auto found = std::find_if(ring_.rbegin(), ring_.rend(),
                                  [&](const Event& event) { return topic.holds(event) && is_such(event); });
  return found == ring_.rend() ? std::nullopt : std::optional(found->number);
}

std::unique_ptr<EventHub::Subscription> EventHub::subscribe(Topic topic,
                                                            std::optional<std::string_view> last_event_id) {
  if (subscriber_count_ >= subscribers_max_) return nullptr;
  Subscription::Start start;
  if (last_event_id) {
    start.seen = place_from(*last_event_id);
    // Ahead of this hub is possible only where there are others, and they can't be ahead by much.
    const bool too_new = start.seen && start.seen->number >= next_ + (relay_ == nullptr ? 0 : remembered_);
    const bool too_old = start.seen && start.seen->number + 1 < oldest();
    const bool other =
        start.seen && start.seen->number < next_ && mark_of(start.seen->number) != start.seen->mark;
    if (!start.seen || too_new || too_old || other) start = {.seen = std::nullopt, .has_gap = true};
  }
  return std::make_unique<Subscription>(*this, std::move(topic), std::move(start));
}

EventHub::Subscription::Subscription(EventHub& hub, Topic topic, Start start)
    : hub_(hub), topic_(std::move(topic)), has_gap_(start.has_gap), signal_(hub.executor_) {
  if (start.seen) {
    pending_from_ = start.seen->number + 1;
    if (start.seen->number >= hub.next_) ahead_ = std::move(start.seen);
  }
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

void EventHub::Subscription::look_anew() {
  ahead_.reset();
  pending_from_.reset();
  has_gap_ = true;
  signal_.notify();
}

// Whether this hub has come to what the listener has seen elsewhere.
bool EventHub::Subscription::has_reached_seen() {
  if (!ahead_) return true;
  if (hub_.next_ <= ahead_->number) return false;
  // Lost meanwhile, and the number went to another event.
  if (hub_.mark_of(ahead_->number) != ahead_->mark) has_gap_ = true;
  ahead_.reset();
  return true;
}

// Whether there is something to tell.
bool EventHub::Subscription::collect(Batch& batch, std::size_t events_max) {
  batch.before = hub_.last_number();
  if (!has_reached_seen()) return false;
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
