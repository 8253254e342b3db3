#include "adapters/events_redis/event_receiver.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "adapters/events_redis/scripts.hpp"
#include "base/log.hpp"

namespace cutroom::events_redis {

using boost::asio::awaitable;
using engine::Event;
using engine::EventHub;

namespace {

// Of one read; a page of results is about half a megabyte.
constexpr std::size_t kPage = 500;
// Beyond so many messages reading the log again is less work.
constexpr std::size_t kPendingMax = 1'000;

bool follows(const LogId& id, const LogId& before) {
  return id.epoch == before.epoch && id.number == before.number + 1;
}

EventHub::Place hub_place(const LogId& id, std::uint32_t mark) {
  return {.epoch = id.epoch, .number = id.number, .mark = mark};
}

}  // namespace

EventReceiver::EventReceiver(boost::asio::any_io_executor executor, redis_client::Redis& redis,
                             const Clock& clock, Options options, engine::EventHub& hub)
    : executor_(executor),
      redis_(redis),
      clock_(clock),
      options_(std::move(options)),
      hub_(&hub),
      try_again_(executor),
      in_step_(executor) {}

void EventReceiver::stop() {
  stopped_ = true;
  hub_ = nullptr;
  pending_.clear();
  try_again_.notify();
  in_step_.notify();
}

void EventReceiver::heard(const std::string& message) {
  if (stopped_) return;
  if (!reading_ && !in_doubt_) {
    if (!take(message)) look_again();
    return;
  }
  if (pending_.size() < kPendingMax) {
    pending_.push_back(message);
  } else {
    pending_.clear();
    again_ = true;
  }
}

void EventReceiver::connection(bool up) {
  in_doubt_ = !up;
  if (up) look_again();
}

void EventReceiver::look_again() {
  if (stopped_) return;
  again_ = true;
  try_again_.notify();
  if (reading_) return;
  reading_ = true;
  boost::asio::co_spawn(executor_, run(), [self = shared_from_this()](std::exception_ptr bug) {
    self->reading_ = false;
    self->in_step_.notify();
    if (bug) std::rethrow_exception(bug);
  });
}

awaitable<bool> EventReceiver::wait_until_in_step(Millis at_most) {
  const auto self = shared_from_this();
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!stopped_ && (reading_ || !place_)) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) break;
    co_await in_step_.wait(in_step_.ticket(), left);
  }
  co_return !stopped_ && !reading_ && place_.has_value();
}

awaitable<void> EventReceiver::run() {
  const auto self = shared_from_this();
  while (std::exchange(again_, false)) {
    const auto ticket = try_again_.ticket();
    const auto read = co_await read_on();
    if (stopped_) co_return;
    if (read) {
      if (!in_doubt_) take_pending();
      continue;
    }
    if (read.error().code != Errc::unavailable)
      log::error("the log of events can't be read: {}", read.error().detail);
    again_ = true;
    std::optional<Millis> pause;
    if (redis_.is_connected()) pause = options_.pause;  // Else look_again() comes with the connection.
    co_await try_again_.wait(ticket, pause);
    if (stopped_) co_return;
  }
}

void EventReceiver::take_pending() {
  for (const std::string& message : std::exchange(pending_, {})) {
    if (take(message)) continue;
    again_ = true;
    return;
  }
}

// False: something is missing before it.
bool EventReceiver::take(std::string_view message) {
  const std::string_view head = message.substr(0, message.find('\n'));
  auto id = log_id_from(head);
  if (!id || !place_ || id->epoch != place_->id.epoch) return false;
  message.remove_prefix(std::min(message.size(), head.size() + 1));
  for (; !message.empty(); ++id->number) {
    const std::string_view entry = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(message.size(), entry.size() + 1));
    if (id->number <= place_->id.number) {
      // Known, and not another event of that number.
      if (hub_->id_of(id->number) != to_string(*id) + "-" + std::to_string(entry_from(entry, 0).mark))
        return false;
      continue;
    }
    if (!follows(*id, place_->id)) return false;
    take(*id, entry);
  }
  return true;
}

// The next one.
void EventReceiver::take(const LogId& id, std::string_view text) {
  Entry entry = entry_from(text, id.number);
  if (entry.event)
    hub_->append(std::move(*entry.event));
  else
    hub_->restart(hub_place(id, entry.mark), {});
  place_ = Place{.id = id, .mark = entry.mark};
}

// What has been read so far in one go.
struct EventReceiver::Reading {
  std::optional<Place> at;
  // Not without a gap behind what the hub knows: it starts anew from here.
  std::optional<EventHub::Place> before;
  std::vector<Event> history;

  void start_anew(EventHub::Place from) {
    before = std::move(from);
    history.clear();
  }
};

// All that is in the log behind our place. Where the entry at our place is not there any more, or another has
// its number, the log has lost events (or they are too old), and all of it is read.
awaitable<Result<void>> EventReceiver::read_on() {
  Reading reading{.at = place_};
  for (bool more = true; more;) {
    std::vector<std::string> keys{log_key(options_)};
    std::vector<std::string> words{std::to_string(to_unix_ms(clock_.now())), fresh_start(random_mark()),
                                   reading.at ? to_string(reading.at->id) : "-", std::to_string(kPage)};
    const auto reply = co_await redis_.run(read_script(), std::move(keys), std::move(words));
    if (!reply) co_return reply.error();
    if (stopped_) co_return Error{.code = Errc::unavailable};
    const auto& parts = reply->array();
    more = parts.size() / 2 == kPage;
    std::size_t i = 0;
    if (reading.at) {
      const auto id = parts.size() < 2 ? std::nullopt : log_id_from(parts[0].text());
      if (id != reading.at->id || entry_from(parts[1].text(), id->number).mark != reading.at->mark) {
        reading = {};
        more = true;
        continue;
      }
      i = 2;
    }
    for (; i + 1 < parts.size(); i += 2) {
      const auto id = log_id_from(parts[i].text());
      if (!id)
        co_return Error{.code = Errc::storage_failed, .detail = "events.read gave an id of another shape"};
      Entry entry = entry_from(parts[i + 1].text(), id->number);
      if (!reading.at || !follows(*id, reading.at->id))
        reading.start_anew({.epoch = id->epoch, .number = id->number - 1});
      if (!entry.event)
        reading.start_anew(hub_place(*id, entry.mark));
      else if (reading.before)
        reading.history.push_back(std::move(*entry.event));
      else
        take(*id, parts[i + 1].text());
      reading.at = Place{.id = *id, .mark = entry.mark};
    }
  }
  if (reading.before) {
    hub_->restart(std::move(*reading.before), std::move(reading.history));
    place_ = reading.at;
  }
  co_return Result<void>();
}

}  // namespace cutroom::events_redis
