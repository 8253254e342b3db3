#include "adapters/store_bull/listeners.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace cutroom::store_bull {

Listeners::Listeners(boost::asio::any_io_executor executor, std::shared_ptr<Homes> homes, std::string prefix,
                     std::string own_token)
    : executor_(std::move(executor)),
      homes_(std::move(homes)),
      prefix_(std::move(prefix) + ":"),
      own_token_(std::move(own_token)) {}

void Listeners::subscribe(redis_client::Redis& redis, std::function<void(const std::string& queue)> arrange) {
  {
    const std::scoped_lock lock(mutex_);
    arrange_ = std::move(arrange);
  }
  const auto hear_it = [self = shared_from_this()](const std::string& channel, const std::string&) {
    self->hear(channel);
  };
  // Bull's workers sign with hex digits: what they take makes room in the window. Ours do it themselves.
  // Their number is lua/3_state.lua's OWN_PATTERNS.
  for (const char* event : {"waiting@*", "active@[0-9a-f][0-9a-f]*", "stalled@*", "delayed", "resumed"})
    redis.psubscribe(prefix_ + "*:" + event, hear_it);
  const auto hear_cancel = [self = shared_from_this()](const std::string&, const std::string& id) {
    self->tell_cancelled(id);
  };
  if (homes_->are_spread()) {
    redis.psubscribe("cutroom:" + prefix_ + "{*}::cancel", hear_cancel);
    return;
  }
  redis.subscribe("cutroom:" + prefix_ + ":cancel", hear_cancel);
  redis.subscribe("cutroom:" + prefix_ + ":work",
                  [self = shared_from_this()](const std::string&, const std::string& message) {
                    const auto end = message.find(' ');
                    if (message.substr(0, end) != self->own_token_) self->tell_work(message.substr(end + 1));
                  });
}

// <prefix>:<queue>:<event>, the queue's name may hold colons of its own.
void Listeners::hear(const std::string& channel) {
  const auto end = channel.rfind(':');
  if (end == std::string::npos || end <= prefix_.size()) return;
  const std::string name = channel.substr(prefix_.size(), end - prefix_.size());
  const std::string queue = homes_->queue_of(name);
  const std::string_view event = std::string_view(channel).substr(end + 1);
  const auto at = event.find('@');
  const std::string_view token = at == std::string_view::npos ? std::string_view() : event.substr(at + 1);
  if (token == own_token_) return;
  const bool is_taken = event.starts_with("active@");
  if ((is_taken || event.starts_with("waiting@")) && !token.starts_with(kTokenMark)) {
    const std::scoped_lock lock(mutex_);
    if (arrange_) arrange_(queue);
  }
  if (!is_taken) tell_work(queue);
}

void Listeners::on_work(std::function<void(const std::string&)> call) {
  const std::scoped_lock lock(mutex_);
  work_ = std::move(call);
}

void Listeners::on_cancel(std::function<void(const jobs::JobId&)> call) {
  const std::scoped_lock lock(mutex_);
  cancelled_ = std::move(call);
}

void Listeners::close() {
  const std::scoped_lock lock(mutex_);
  work_ = nullptr;
  cancelled_ = nullptr;
  arrange_ = nullptr;
}

void Listeners::tell_work(const std::string& queue) {
  const std::scoped_lock lock(mutex_);
  if (work_) boost::asio::post(executor_, [call = work_, queue] { call(queue); });
}

void Listeners::tell_cancelled(const jobs::JobId& id) {
  const std::scoped_lock lock(mutex_);
  if (cancelled_) boost::asio::post(executor_, [call = cancelled_, id] { call(id); });
}

}  // namespace cutroom::store_bull
