#include "adapters/redis_client/connection.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace cutroom::redis_client {

using boost::asio::awaitable;

namespace {

const Endpoint kNowhere{.host = {}, .port = 0};

}  // namespace

Connection::Connection(boost::asio::any_io_executor executor, const Options& options,
                       std::shared_ptr<TlsSetup> tls, std::vector<Words> greeting, Hooks hooks)
    : executor_(executor),
      settings_{.endpoint = kNowhere,
                .connect_timeout = options.connect_timeout,
                .command_timeout = options.command_timeout,
                .greeting = std::move(greeting),
                .push = hooks.push,
                .tls = std::move(tls)},
      hooks_(std::move(hooks)),
      backoff_(options.backoff_first, options.backoff_max),
      steady_after_(options.backoff_max),
      pause_(executor) {}

void Connection::start() {
  boost::asio::co_spawn(
      executor_, [self = shared_from_this()] { return self->run(); }, boost::asio::detached);
}

void Connection::stop() {
  if (std::exchange(stopped_, true)) return;
  pause_.cancel();
  if (link_) link_->close({.code = Errc::unavailable, .detail = "the client is stopping"});
}

void Connection::renew(std::string why) {
  if (link_) link_->close({.code = Errc::unavailable, .detail = std::move(why)});
}

awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  while (!stopped_) {
    auto lived = co_await live_once();
    if (stopped_) break;
    say_lost(lived.error());
    if (hooks_.missed) hooks_.missed();
    pause_.expires_after(backoff_.next());
    boost::system::error_code ignored;
    co_await pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
}

// Ends with why there is no link any more.
awaitable<Result<void>> Connection::live_once() {
  settings_.endpoint = kNowhere;
  auto endpoint = co_await hooks_.locate();
  if (!endpoint) co_return endpoint.error();
  if (stopped_) co_return Result<void>();
  settings_.endpoint = std::move(*endpoint);
  link_ = std::make_shared<Link>(executor_, settings_);
  auto greeted = co_await link_->open();
  if (!greeted) co_return greeted.error();
  if (hooks_.check) {
    if (auto good = hooks_.check(*greeted); !good) {
      link_->close(good.error());
      co_return good.error();
    }
  }
  if (!said_.empty())
    log::info("redis: the connection for {} is back, to {}", hooks_.purpose, text_of(settings_.endpoint));
  said_.clear();
  const auto since = std::chrono::steady_clock::now();
  hooks_.up();
  Error why = co_await link_->run();
  hooks_.down();
  // One that breaks again and again at once must not be made again and again at once.
  if (std::chrono::steady_clock::now() - since > steady_after_) backoff_.reset();
  co_return why;
}

void Connection::say_lost(const Error& why) {
  if (why.detail == said_) return;
  said_ = why.detail;
  const std::string where = settings_.endpoint == kNowhere ? "" : " to " + text_of(settings_.endpoint);
  log::warn("redis: no connection for {}{}: {}", hooks_.purpose, where, why.detail);
}

}  // namespace cutroom::redis_client
