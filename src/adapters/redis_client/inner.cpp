#include "adapters/redis_client/inner.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/exchange.hpp"
#include "adapters/redis_client/reply_error.hpp"
#include "adapters/redis_client/tls_setup.hpp"

namespace cutroom::redis_client {

using boost::asio::any_io_executor;
using boost::asio::awaitable;
using boost::asio::use_awaitable;

Redis::Inner::Inner(any_io_executor executor, Options options)
    : executor_(executor), options_(std::move(options)), first_wait_(std::in_place, executor) {
  if (options_.endpoints.empty()) options_.endpoints.emplace_back();
  if (options_.tls) tls_ = std::make_shared<TlsSetup>(options_);
  first_wait_->expires_at(std::chrono::steady_clock::time_point::max());
}

// Whoever is made here knows us weakly, for what we own must not own us.
void Redis::Inner::start() {
  const std::weak_ptr<Inner> weak = weak_from_this();
  if (!options_.sentinel_master.empty() && !options_.cluster)
    sentinel_ = std::make_shared<Sentinel>(executor_, options_, tls_, [weak](const Endpoint& master) {
      const auto self = weak.lock();
      if (self && self->commands_ && self->commands_->endpoint() != master)
        self->commands_->renew("the master has moved");
    });
  if (options_.cluster)
    make_cluster();
  else
    make_commands();
  Subscriber::Hooks hooks{
      .purpose = "subscriptions", .locate = locator(), .check = role_check(), .changed = [weak](bool stands) {
        const auto self = weak.lock();
        if (!self || (stands && !self->is_connected())) return;
        self->tell(stands);
      }};
  subscriber_ = std::make_shared<Subscriber>(executor_, options_, tls_, greeting(), std::move(hooks));
  boost::asio::post(executor_, [self = shared_from_this()] {
    if (!self->stopped_) self->begin();
  });
}

void Redis::Inner::begin() {
  first_wait_->expires_after(options_.connect_timeout);
  first_wait_->async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
    if (cancelled || self->stopped_) return;
    self->starting_ = false;
    if (self->cluster_) self->look_at_cluster();
  });
  if (cluster_) cluster_->start();
  if (commands_) commands_->start();
  if (sentinel_) sentinel_->start();
}

void Redis::Inner::make_commands() {
  const std::weak_ptr<Inner> weak = weak_from_this();
  Connection::Hooks hooks{.purpose = "commands",
                          .locate = locator(),
                          .check = role_check(),
                          .up =
                              [weak] {
                                if (const auto self = weak.lock()) self->commands_up();
                              },
                          .down =
                              [weak] {
                                if (const auto self = weak.lock()) self->commands_down();
                              },
                          .missed = {},
                          .push = {}};
  commands_ = std::make_shared<Connection>(executor_, options_, tls_, greeting(), std::move(hooks));
}

void Redis::Inner::make_cluster() {
  const std::weak_ptr<Inner> weak = weak_from_this();
  Cluster::Hooks hooks{.changed =
                           [weak] {
                             if (const auto self = weak.lock()) self->look_at_cluster();
                           },
                       .leave =
                           [weak](const Endpoint& endpoint) {
                             if (const auto self = weak.lock()) self->subscriber_->leave(endpoint);
                           }};
  cluster_ = std::make_shared<Cluster>(executor_, options_, tls_, greeting(), std::move(hooks));
}

std::function<awaitable<Result<Endpoint>>()> Redis::Inner::locator() {
  return [weak = weak_from_this()]() -> awaitable<Result<Endpoint>> {
    const auto self = weak.lock();
    if (!self) co_return Error{.code = Errc::unavailable};
    if (self->sentinel_) co_return co_await self->sentinel_->find();
    co_return self->cluster_ ? self->cluster_->any_node() : self->options_.endpoints.front();
  };
}

std::function<Result<void>(const std::vector<Reply>&)> Redis::Inner::role_check() {
  return [weak = weak_from_this()](const std::vector<Reply>& greeted) -> Result<void> {
    const auto self = weak.lock();
    return self ? self->check_role(greeted.back()) : Result<void>();
  };
}

void Redis::Inner::stop() {
  if (std::exchange(stopped_, true)) return;
  starting_ = false;
  connected_ = false;
  first_wait_->cancel();
  if (commands_) commands_->stop();
  if (cluster_) cluster_->stop();
  subscriber_->stop();
  if (sentinel_) sentinel_->stop();
  // Not at once: it may be one of them that stops us. After this nothing of ours needs the executor's loop,
  // which may be gone before the last who holds us.
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->listeners_.clear();
    self->commands_.reset();
    self->cluster_.reset();
    self->subscriber_.reset();
    self->sentinel_.reset();
    self->first_wait_.reset();
  });
}

// A sentinel may not know yet that the master has moved; then it sends us to what is a replica by now.
Result<void> Redis::Inner::check_role(const Reply& role) {
  if (!sentinel_) return {};
  const auto& parts = role.array();
  if (!parts.empty() && parts.front().text() == "master") return {};
  sentinel_->doubt();
  return Error{.code = Errc::unavailable, .detail = "the sentinel named a server that is not a master"};
}

std::vector<Words> Redis::Inner::greeting() const {
  std::vector<Words> all;
  if (!options_.user.empty())
    all.push_back({"AUTH", options_.user, options_.password});
  else if (!options_.password.empty())
    all.push_back({"AUTH", options_.password});
  if (!options_.client_name.empty()) all.push_back({"CLIENT", "SETNAME", options_.client_name});
  if (options_.database != 0) all.push_back({"SELECT", std::to_string(options_.database)});
  all.push_back({"PING"});                 // Says LOADING, or that a password is needed.
  if (sentinel_) all.push_back({"ROLE"});  // check_role() reads it.
  return all;
}

void Redis::Inner::commands_up() {
  if (stopped_) return;
  starting_ = false;
  first_wait_->cancel();
  connected_ = true;
  has_functions_ = true;
  if (subscriber_->stands()) tell(true);
}

void Redis::Inner::commands_down() {
  if (stopped_) return;
  connected_ = false;
  tell(false);
  // What has cut the one off may hide behind the other's silence.
  subscriber_->renew("the connection for commands broke");
}

// With a part of it out of reach the rest goes on; that all is there again is told like a connection that is
// back.
void Redis::Inner::look_at_cluster() {
  if (stopped_) return;
  const bool some = cluster_->has_link();
  const bool was_whole = std::exchange(whole_, cluster_->is_whole());
  if (whole_ ? !was_whole : some && !connected_ && !starting_)
    commands_up();
  else if (!some && connected_)
    commands_down();
}

void Redis::Inner::tell(bool up) {
  if (!up && !up_) return;
  up_ = up;
  for (const auto& listener : listeners_)
    if (!stopped_) listener(up);
}

void Redis::Inner::add_listener(std::function<void(bool)> listener) {
  if (stopped_) return;
  listeners_.push_back(std::move(listener));
  if (up_) listeners_.back()(true);
}

awaitable<void> Redis::Inner::exchange(std::span<const Words> commands, std::span<Result<Reply>> answers) {
  boost::system::error_code ignored;
  while (starting_) co_await first_wait_->async_wait(boost::asio::redirect_error(use_awaitable, ignored));
  if (cluster_ && !stopped_) {
    co_await cluster_->exchange(commands, answers);
    co_return;
  }
  Link* link = stopped_ ? nullptr : commands_->link();
  co_await redis_client::exchange(executor_, link, commands, answers);
  for (const auto& answer : answers)
    if (!answer && is_reply_error(answer.error(), "READONLY")) find_the_master();
}

// What was the master is a replica now. Behind a name or an address that moves with the master a new
// connection finds the new one; where it doesn't, those who only read must not lose their connection with
// every write.
void Redis::Inner::find_the_master() {
  const auto now = std::chrono::steady_clock::now();
  if (stopped_ || now < next_search_) return;
  next_search_ = now + options_.backoff_max;
  commands_->renew("the server is a replica");
}

bool Redis::Inner::is_here() const {
  using boost::asio::io_context;
  using boost::asio::strand;
  if (const auto* io = executor_.target<io_context::executor_type>()) return io->running_in_this_thread();
  if (const auto* one = executor_.target<strand<io_context::executor_type>>())
    return one->running_in_this_thread();
  if (const auto* one = executor_.target<strand<any_io_executor>>()) return one->running_in_this_thread();
  return false;
}

}  // namespace cutroom::redis_client
