#include "adapters/redis_client/sentinel.hpp"

#include <sstream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace cutroom::redis_client {

using boost::asio::awaitable;

namespace {

// A sentinel has a password of its own.
std::vector<Words> login_of(const Options& options) {
  std::vector<Words> all;
  if (!options.sentinel_password.empty()) all.push_back({"AUTH", options.sentinel_password});
  return all;
}

}  // namespace

Sentinel::Sentinel(boost::asio::any_io_executor executor, const Options& options,
                   std::shared_ptr<TlsSetup> tls, std::function<void(const Endpoint&)> moved)
    : executor_(executor),
      options_(options),
      tls_(tls),
      moved_(std::move(moved)),
      asker_(std::move(executor), options, std::move(tls), login_of(options)) {}

void Sentinel::start() {
  Subscriber::Hooks hooks{.purpose = "news of sentinels",
                          .locate = [weak = weak_from_this()]() -> awaitable<Result<Endpoint>> {
                            const auto self = weak.lock();
                            if (!self) co_return Error{.code = Errc::unavailable};
                            const auto& all = self->options_.endpoints;
                            co_return all[self->listen_to_++ % all.size()];
                          },
                          .check = {},
                          .changed =
                              [weak = weak_from_this()](bool stands) {
                                const auto self = weak.lock();
                                if (!self || !stands) return;
                                // The master may have moved while nobody listened.
                                boost::asio::co_spawn(
                                    self->executor_, [self] { return self->look_again(); },
                                    boost::asio::detached);
                              }};
  news_ = std::make_shared<Subscriber>(executor_, options_, tls_, login_of(options_), std::move(hooks));
  news_->subscribe("+switch-master",
                   [weak = weak_from_this()](const std::string&, const std::string& payload) {
                     if (const auto self = weak.lock()) self->hear(payload);
                   });
}

// NAME OLD-IP OLD-PORT NEW-IP NEW-PORT
void Sentinel::hear(const std::string& news) {
  std::istringstream words(news);
  std::string name, old_host, old_port;
  Endpoint now;
  if (words >> name >> old_host >> old_port >> now.host >> now.port && name == options_.sentinel_master &&
      !stopped_)
    moved_(now);
}

void Sentinel::stop() {
  if (std::exchange(stopped_, true)) return;
  asker_.stop();
  if (news_) news_->stop();
}

awaitable<Result<Endpoint>> Sentinel::find() {
  const auto self = shared_from_this();
  Error why{.code = Errc::unavailable, .detail = "there is no sentinel to ask"};
  const std::size_t first = first_;
  for (std::size_t i = 0; i < options_.endpoints.size() && !stopped_; ++i) {
    const std::size_t at = (first + i) % options_.endpoints.size();
    auto master = co_await ask(options_.endpoints[at]);
    if (master) {
      first_ = at;
      co_return master;
    }
    why = master.error();
  }
  co_return why;
}

void Sentinel::doubt() { ++first_; }

awaitable<Result<Endpoint>> Sentinel::ask(Endpoint sentinel) {
  Words question{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options_.sentinel_master};
  const auto answer = co_await asker_.ask(std::move(sentinel), std::move(question));
  if (!answer) co_return answer.error();
  const auto& address = answer->array();
  if (address.size() != 2)
    co_return Error{.code = Errc::unavailable,
                    .detail = "the sentinel knows no master named " + options_.sentinel_master};
  co_return Endpoint{.host = address[0].text(), .port = static_cast<std::uint16_t>(address[1].integer())};
}

awaitable<void> Sentinel::look_again() {
  const auto master = co_await find();
  if (master && !stopped_) moved_(*master);
}

}  // namespace cutroom::redis_client
