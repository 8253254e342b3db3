#include "adapters/events_redis/event_sender.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "adapters/events_redis/event_text.hpp"
#include "adapters/events_redis/scripts.hpp"
#include "base/log.hpp"
#include "base/token.hpp"

namespace cutroom::events_redis {

using boost::asio::awaitable;

namespace {

// Of one call: what a script is busy with for about a millisecond, and a message that a subscriber takes at
// once.
constexpr std::size_t kEventsMax = 256;
constexpr std::size_t kBytesMax = 256U << 10U;

}  // namespace

EventSender::EventSender(boost::asio::any_io_executor executor, redis_client::Redis& redis,
                         const Clock& clock, Options options)
    : executor_(executor),
      redis_(redis),
      clock_(clock),
      options_(std::move(options)),
      origin_(random_token(8)),
      try_again_(executor),
      drained_(executor) {}

void EventSender::send(engine::Event event) {
  if (stopped_) return;
  if (unsent_.size() >= options_.unsent_max) {
    log::warn("{} events could not be sent in time; their listeners will look anew", unsent_.size());
    unsent_.clear();
    lost_some_ = true;
  }
  event.mark = random_mark();
  unsent_.push_back(entry_of(event));
  if (running_) return;
  running_ = true;
  boost::asio::co_spawn(executor_, run(), [self = shared_from_this()](std::exception_ptr bug) {
    self->running_ = false;
    self->drained_.notify();
    if (bug) std::rethrow_exception(bug);
  });
}

void EventSender::stop() {
  stopped_ = true;
  unsent_.clear();
  try_again_.notify();
}

awaitable<void> EventSender::drain(Millis at_most) {
  const auto self = shared_from_this();
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (running_) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) co_return;
    co_await drained_.wait(drained_.ticket(), left);
  }
}

awaitable<void> EventSender::run() {
  const auto self = shared_from_this();
  while (!stopped_ && (!under_way_.empty() || !unsent_.empty() || lost_some_)) {
    const auto ticket = try_again_.ticket();
    const bool sent = co_await send_some();
    if (sent || stopped_) continue;
    std::optional<Millis> pause;
    if (redis_.is_connected()) pause = options_.pause;  // Else try_again() comes with the connection.
    co_await try_again_.wait(ticket, pause);
  }
}

// Whether there is reason to go on at once.
awaitable<bool> EventSender::send_some() {
  if (under_way_.empty()) under_way_ = take_some();
  std::vector<std::string> keys{log_key(options_), options_.prefix + ":{events}:from:" + origin_};
  std::vector<std::string> words{std::to_string(to_unix_ms(clock_.now())),
                                 fresh_start(random_mark()),
                                 std::to_string(options_.remembered),
                                 std::to_string(options_.forgotten_after.count()),
                                 channel(options_),
                                 std::to_string(first_under_way_)};
  words.insert(words.end(), under_way_.begin(), under_way_.end());
  const auto sent = co_await redis_.run(publish_script(), std::move(keys), std::move(words));
  // Whether they have arrived is not known; the script will know.
  if (!sent && sent.error().code == Errc::unavailable) co_return false;
  if (!sent) {
    log::error("{} events can't be sent: {}", under_way_.size(), sent.error().detail);
    lost_some_ = true;
  }
  first_under_way_ += under_way_.size();
  under_way_.clear();
  co_return sent.has_value();
}

std::vector<std::string> EventSender::take_some() {
  std::vector<std::string> some;
  if (std::exchange(lost_some_, false)) some.push_back(fresh_start(random_mark()));
  for (std::size_t bytes = 0; !unsent_.empty() && some.size() < kEventsMax && bytes < kBytesMax;) {
    bytes += unsent_.front().size();
    some.push_back(std::move(unsent_.front()));
    unsent_.pop_front();
  }
  return some;
}

}  // namespace cutroom::events_redis
