// Asks sentinels where the master is, and hears from one of them when it moves.
//
// Belongs to one executor.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/asker.hpp"
#include "adapters/redis_client/options.hpp"
#include "adapters/redis_client/subscriber.hpp"

namespace cutroom::redis_client {

class Sentinel : public std::enable_shared_from_this<Sentinel> {
 public:
  // `moved` is called with what has become the master, be it news or not.
  Sentinel(boost::asio::any_io_executor, const Options&, std::shared_ptr<TlsSetup> tls,
           std::function<void(const Endpoint&)> moved);

  void start();
  void stop();

  // From the first sentinel that knows; unavailable where none does.
  boost::asio::awaitable<Result<Endpoint>> find();
  // What the sentinel that was believed last has said was wrong: another one is asked first.
  void doubt();

 private:
  boost::asio::awaitable<Result<Endpoint>> ask(Endpoint sentinel);
  boost::asio::awaitable<void> look_again();
  void hear(const std::string& news);

  boost::asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<TlsSetup> tls_;
  std::function<void(const Endpoint&)> moved_;
  Asker asker_;
  std::shared_ptr<Subscriber> news_;
  std::size_t first_ = 0;      // Of the endpoints: whom to ask first.
  std::size_t listen_to_ = 0;  // Whose news to hear next.
  bool stopped_ = false;
};

}  // namespace cutroom::redis_client
