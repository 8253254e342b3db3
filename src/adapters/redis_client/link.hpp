// One connection to one server, from being made to being broken.
//
// Commands go out in the order of submit() and are answered in it. What is submitted while a write is under
// way goes out with the next one. A link that has been closed, for whatever reason, stays so.
//
// Belongs to one executor.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis_client/call.hpp"
#include "adapters/redis_client/options.hpp"
#include "adapters/redis_client/reply_reader.hpp"
#include "adapters/redis_client/stream.hpp"

namespace cutroom::redis_client {

class Link : public std::enable_shared_from_this<Link> {
 public:
  // Gets every answer that no Call waits for.
  using Push = std::function<void(const Result<Reply>&)>;

  struct Settings {
    Endpoint endpoint;
    Millis connect_timeout;
    Millis command_timeout;
    // Sent first of all; an error answer to any of them means that the link can't be used.
    std::vector<Words> greeting;
    Push push;
    std::shared_ptr<TlsSetup> tls;  // Null: in the clear.
  };

  Link(boost::asio::any_io_executor, Settings);

  // The answers to the greeting. Once it has failed the link is closed.
  boost::asio::awaitable<Result<std::vector<Reply>>> open();
  // Reads until the link is closed; says why. To be called once, after open().
  boost::asio::awaitable<Error> run();

  bool is_open() const { return open_; }
  bool is_idle() const { return calls_.empty(); }
  // False: so much is on its way that nothing more should be.
  bool has_room() const;
  // Only on an open link with room.
  void submit(std::unique_ptr<Call>);
  // The answer goes to `push`.
  void send(const Words&);
  // Fails what is under way. Nothing happens the second time.
  void close(Error why);

 private:
  boost::asio::awaitable<Result<std::vector<Reply>>> greet();
  bool deliver();
  void flush_soon();
  void flush();
  void watch_deadlines();

  boost::asio::any_io_executor executor_;
  Settings settings_;
  Stream stream_;
  boost::asio::steady_timer timer_;
  ReplyReader reader_;
  std::string in_;
  std::string out_;      // To be written.
  std::string writing_;  // Being written.
  std::deque<std::unique_ptr<Call>> calls_;
  Error why_closed_;
  bool closed_ = false;
  bool open_ = false;
  bool write_under_way_ = false;
  bool flush_posted_ = false;
  bool watching_ = false;
};

}  // namespace cutroom::redis_client
