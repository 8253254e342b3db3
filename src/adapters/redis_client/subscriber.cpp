#include "adapters/redis_client/subscriber.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace cutroom::redis_client {

Subscriber::Subscriber(boost::asio::any_io_executor executor, Options options, std::shared_ptr<TlsSetup> tls,
                       std::vector<Words> greeting, Hooks hooks)
    : executor_(executor),
      options_(std::move(options)),
      tls_(std::move(tls)),
      greeting_(std::move(greeting)),
      hooks_(std::move(hooks)),
      patience_(executor) {}

void Subscriber::subscribe(std::string channel, Handler handler) {
  add(channels_, "SUBSCRIBE", std::move(channel), std::move(handler));
}

void Subscriber::psubscribe(std::string pattern, Handler handler) {
  add(patterns_, "PSUBSCRIBE", std::move(pattern), std::move(handler));
}

void Subscriber::add(Handlers& handlers, const char* command, std::string name, Handler handler) {
  if (stopped_) return;
  auto& of_this_name = handlers[name];
  of_this_name.push_back(std::move(handler));
  if (of_this_name.size() > 1) return;
  if (!connection_) {
    connect();
  } else if (Link* link = connection_->link(); link != nullptr && up_) {
    expect(1);
    link->send({command, std::move(name)});
  }
}

void Subscriber::connect() {
  Connection::Hooks hooks{.purpose = hooks_.purpose,
                          .locate = hooks_.locate,
                          .check = hooks_.check,
                          .up =
                              [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->begin();
                              },
                          .down =
                              [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->end();
                              },
                          .missed = {},
                          .push =
                              [weak = weak_from_this()](const Result<Reply>& answer) {
                                if (const auto self = weak.lock()) self->take(answer);
                              }};
  connection_ = std::make_shared<Connection>(executor_, options_, tls_, greeting_, std::move(hooks));
  connection_->start();
}

void Subscriber::begin() {
  up_ = true;
  // Patterns first: who sees one of the channels heard may take it that the patterns are, too.
  ask("PSUBSCRIBE", patterns_);
  ask("SUBSCRIBE", channels_);
}

void Subscriber::end() {
  up_ = false;
  unconfirmed_ = 0;
  patience_.cancel();
  if (!stopped_) hooks_.changed(false);
}

void Subscriber::ask(const char* command, const Handlers& handlers) {
  if (handlers.empty()) return;
  Words words{command};
  for (const auto& [name, ignored] : handlers) words.push_back(name);
  expect(handlers.size());
  connection_->link()->send(words);
}

void Subscriber::expect(std::size_t confirmations) {
  unconfirmed_ += confirmations;
  patience_.expires_after(options_.command_timeout);
  patience_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || self->unconfirmed_ == 0) return;
    self->renew("subscriptions were not confirmed in time");
  });
}

void Subscriber::take(const Result<Reply>& answer) {
  if (!answer) {
    renew(answer.error().detail);
    return;
  }
  const auto& parts = answer->array();
  const std::string& kind = parts.empty() ? answer->text() : parts.front().text();
  if (kind == "message" && parts.size() == 3) {
    call(channels_, parts[1].text(), parts[1].text(), parts[2].text());
  } else if (kind == "pmessage" && parts.size() == 4) {
    call(patterns_, parts[1].text(), parts[2].text(), parts[3].text());
  } else if ((kind == "subscribe" || kind == "psubscribe") && unconfirmed_ > 0) {
    if (--unconfirmed_ > 0) return;
    patience_.cancel();
    hooks_.changed(true);
  }
}

void Subscriber::call(const Handlers& handlers, const std::string& name, const std::string& channel,
                      const std::string& payload) {
  const auto found = handlers.find(name);
  if (found == handlers.end()) return;
  for (const Handler& handler : found->second)
    if (!stopped_) handler(channel, payload);
}

void Subscriber::stop() {
  if (std::exchange(stopped_, true)) return;
  patience_.cancel();
  if (connection_) connection_->stop();
  // Not at once: it may be a handler that stops us.
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->channels_.clear();
    self->patterns_.clear();
    self->hooks_ = {};
  });
}

void Subscriber::renew(std::string why) {
  if (connection_) connection_->renew(std::move(why));
}

void Subscriber::leave(const Endpoint& endpoint) {
  if (connection_ && connection_->endpoint() == endpoint) renew("the node left the cluster");
}

}  // namespace cutroom::redis_client
