#include "adapters/events_redis/redis_event_relay.hpp"

#include <utility>

#include "adapters/events_redis/event_receiver.hpp"
#include "adapters/events_redis/event_sender.hpp"

namespace cutroom::events_redis {

using boost::asio::awaitable;

RedisEventRelay::RedisEventRelay(boost::asio::any_io_executor executor, redis_client::Redis& redis,
                                 const Clock& clock, Options options)
    : executor_(executor),
      redis_(redis),
      clock_(clock),
      options_(std::move(options)),
      sender_(std::make_shared<EventSender>(executor, redis, clock, options_)) {
  redis_.on_connection([weak = std::weak_ptr(sender_)](bool up) {
    if (const auto sender = weak.lock(); sender && up) sender->try_again();
  });
}

RedisEventRelay::~RedisEventRelay() {
  sender_->stop();
  if (receiver_) receiver_->stop();
}

void RedisEventRelay::publish(engine::Event event) { sender_->send(std::move(event)); }

void RedisEventRelay::listen(engine::EventHub& hub) {
  receiver_ = std::make_shared<EventReceiver>(executor_, redis_, clock_, options_, hub);
  hub.relay_through(*this);
  const std::weak_ptr<EventReceiver> weak = receiver_;
  redis_.on_connection([weak](bool up) {
    if (const auto receiver = weak.lock()) receiver->connection(up);
  });
  redis_.subscribe(channel(options_), [weak](const std::string&, const std::string& message) {
    if (const auto receiver = weak.lock()) receiver->heard(message);
  });
}

awaitable<bool> RedisEventRelay::wait_until_in_step(Millis at_most) {
  if (!receiver_) co_return true;
  const auto receiver = receiver_;
  co_return co_await receiver->wait_until_in_step(at_most);
}

awaitable<void> RedisEventRelay::drain(Millis at_most) { return sender_->drain(at_most); }

awaitable<void> RedisEventRelay::stop(Millis at_most) {
  co_await sender_->drain(at_most);
  sender_->stop();
  if (receiver_) receiver_->stop();
}

}  // namespace cutroom::events_redis
