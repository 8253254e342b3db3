// A link that is made again whenever it breaks, until stop().
//
// Belongs to one executor. Owned by shared_ptr, for its own coroutine keeps it alive.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis_client/backoff.hpp"
#include "adapters/redis_client/link.hpp"
#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Hooks {
    std::string purpose;  // For the log.
    // Asked before every try.
    std::function<boost::asio::awaitable<Result<Endpoint>>()> locate;
    // The greeting's answers; an error: this is not whom we want. May be empty.
    std::function<Result<void>(const std::vector<Reply>&)> check;
    std::function<void()> up;
    std::function<void()> down;
    std::function<void()> missed;  // A try has failed. May be empty.
    Link::Push push;
  };

  // Null `tls`: in the clear.
  Connection(boost::asio::any_io_executor, const Options&, std::shared_ptr<TlsSetup> tls,
             std::vector<Words> greeting, Hooks);

  void start();
  void stop();
  // Closes the link where there is one; a new one is made.
  void renew(std::string why);

  // Null while there is none that is open.
  Link* link() const { return link_ && link_->is_open() ? link_.get() : nullptr; }
  // Of the link, or of the last try.
  const Endpoint& endpoint() const { return settings_.endpoint; }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<Result<void>> live_once();
  void say_lost(const Error&);

  boost::asio::any_io_executor executor_;
  Link::Settings settings_;
  Hooks hooks_;
  Backoff backoff_;
  Millis steady_after_;  // A link that lived so long counts as a success.
  boost::asio::steady_timer pause_;
  std::shared_ptr<Link> link_;
  std::string said_;  // The last failure in the log: a server that is away for a day is one line.
  bool stopped_ = false;
};

}  // namespace cutroom::redis_client
