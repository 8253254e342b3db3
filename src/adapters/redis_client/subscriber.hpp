// The connection for channels: subscribed again after every break.
//
// Belongs to one executor.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis_client/connection.hpp"

namespace cutroom::redis_client {

class Subscriber : public std::enable_shared_from_this<Subscriber> {
 public:
  using Handler = std::function<void(const std::string& channel, const std::string& payload)>;
  struct Hooks {
    std::string purpose;  // For the log.
    std::function<boost::asio::awaitable<Result<Endpoint>>()> locate;
    std::function<Result<void>(const std::vector<Reply>&)> check;
    std::function<void(bool stands)> changed;  // stands() has; true also after a further name was confirmed.
  };

  Subscriber(boost::asio::any_io_executor, Options, std::shared_ptr<TlsSetup> tls,
             std::vector<Words> greeting, Hooks);

  // The first one makes the connection.
  void subscribe(std::string channel, Handler);
  void psubscribe(std::string pattern, Handler);
  void stop();
  void renew(std::string why);
  // Renews where this is the server.
  void leave(const Endpoint&);

  // Is everything that was asked for subscribed?
  bool stands() const { return (channels_.empty() && patterns_.empty()) || (up_ && unconfirmed_ == 0); }

 private:
  // Handlers may subscribe while they are called, so they must stay where they are.
  using Handlers = std::map<std::string, std::list<Handler>, std::less<>>;

  void add(Handlers&, const char* command, std::string name, Handler);
  void connect();
  void begin();
  void end();
  void ask(const char* command, const Handlers&);
  void expect(std::size_t confirmations);
  void take(const Result<Reply>&);
  void call(const Handlers&, const std::string& name, const std::string& channel, const std::string& payload);

  boost::asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<TlsSetup> tls_;
  std::vector<Words> greeting_;
  Hooks hooks_;
  Handlers channels_;
  Handlers patterns_;
  std::shared_ptr<Connection> connection_;
  boost::asio::steady_timer patience_;
  std::size_t unconfirmed_ = 0;
  bool up_ = false;
  bool stopped_ = false;
};

}  // namespace cutroom::redis_client
