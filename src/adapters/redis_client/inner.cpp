#include "adapters/redis_client/inner.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/reply_error.hpp"
#include "adapters/redis_client/tls_setup.hpp"

namespace cutroom::redis_client {

using boost::asio::any_io_executor;
using boost::asio::awaitable;
using boost::asio::use_awaitable;

Redis::Inner::Inner(any_io_executor executor, Options options)
    : executor_(executor), options_(std::move(options)), first_wait_(executor) {
  if (options_.tls) tls_ = std::make_shared<TlsSetup>(options_);
  first_wait_.expires_at(std::chrono::steady_clock::time_point::max());
}

void Redis::Inner::start() {
  // Weak, for what we own must not own us.
  const std::weak_ptr<Inner> weak = weak_from_this();
  if (!options_.sentinel_master.empty())
    sentinel_ = std::make_shared<Sentinel>(executor_, options_, tls_, [weak] {
      if (const auto self = weak.lock()) self->commands_->renew("the master has moved");
    });
  const auto locate = [weak]() -> awaitable<Result<Endpoint>> {
    const auto self = weak.lock();
    if (!self) co_return Error{.code = Errc::unavailable};
    if (self->sentinel_) co_return co_await self->sentinel_->find();
    co_return self->options_.endpoints.front();
  };
  const auto check = [weak](const std::vector<Reply>& greeted) -> Result<void> {
    const auto self = weak.lock();
    return self ? self->check_role(greeted.back()) : Result<void>();
  };
  Connection::Hooks hooks{.purpose = "commands",
                          .locate = locate,
                          .check = check,
                          .up =
                              [weak] {
                                if (const auto self = weak.lock()) self->commands_up();
                              },
                          .down =
                              [weak] {
                                if (const auto self = weak.lock()) self->commands_down();
                              },
                          .push = {}};
  commands_ = std::make_shared<Connection>(executor_, options_, tls_, greeting(), std::move(hooks));
  Subscriber::Hooks subscriber_hooks{
      .purpose = "subscriptions", .locate = locate, .check = check, .changed = [weak](bool stands) {
        const auto self = weak.lock();
        if (!self || (stands && !self->is_connected())) return;
        self->tell(stands);
      }};
  subscriber_ =
      std::make_shared<Subscriber>(executor_, options_, tls_, greeting(), std::move(subscriber_hooks));
  boost::asio::post(executor_, [self = shared_from_this()] {
    if (self->stopped_) return;
    self->first_wait_.expires_after(self->options_.connect_timeout);
    self->first_wait_.async_wait([self](boost::system::error_code cancelled) {
      if (!cancelled) self->starting_ = false;
    });
    self->commands_->start();
    if (self->sentinel_) self->sentinel_->start();
  });
}

void Redis::Inner::stop() {
  if (std::exchange(stopped_, true)) return;
  starting_ = false;
  first_wait_.cancel();
  commands_->stop();
  subscriber_->stop();
  if (sentinel_) sentinel_->stop();
  boost::asio::post(executor_, [self = shared_from_this()] { self->listeners_.clear(); });
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
  starting_ = false;
  first_wait_.cancel();
  connected_ = true;
  if (subscriber_->stands()) tell(true);
}

void Redis::Inner::commands_down() {
  connected_ = false;
  tell(false);
  // What has cut the one off may hide behind the other's silence.
  subscriber_->renew("the connection for commands broke");
}

void Redis::Inner::tell(bool up) {
  if (!up && !up_) return;
  up_ = up;
  for (const auto& listener : listeners_)
    if (!stopped_ || !up) listener(up);
}

void Redis::Inner::add_listener(std::function<void(bool)> listener) {
  if (stopped_) return;
  listeners_.push_back(std::move(listener));
  if (up_) listeners_.back()(true);
}

awaitable<void> Redis::Inner::exchange(std::span<const Words> commands, std::span<Result<Reply>> answers) {
  boost::system::error_code ignored;
  while (starting_) co_await first_wait_.async_wait(boost::asio::redirect_error(use_awaitable, ignored));
  Link* link = commands_->link();
  if (link == nullptr || !link->has_room()) {
    const Error error{.code = Errc::unavailable,
                      .detail = link == nullptr ? "not connected to Redis" : "too many calls wait for Redis"};
    // A caller that tries again at once must not keep the executor from what would help it.
    co_await boost::asio::post(use_awaitable);
    for (auto& answer : answers) answer = error;
    co_return;
  }
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        using Waiting = CallOf<std::decay_t<decltype(handler)>>;
        link->submit(std::make_unique<Waiting>(commands, answers, std::move(handler), executor_));
      },
      use_awaitable);
  for (const auto& answer : answers)
    if (!answer && is_reply_error(answer.error(), "READONLY")) find_the_master();
}

// What was the master is a replica now. Behind a name or an address that moves with the master a new
// connection finds the new one; where it doesn't, those who only read must not lose their connection with
// every write.
void Redis::Inner::find_the_master() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_search_) return;
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
