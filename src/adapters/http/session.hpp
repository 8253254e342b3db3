// One connection: reads requests one after another, answers each before it looks at the next. Lives on the
// server's executor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "adapters/http/deadline.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/request_parser.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/server_core.hpp"

namespace cutroom::http {

class Session {
 public:
  Session(std::shared_ptr<ServerCore>, boost::asio::ip::tcp::socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Until the connection is closed by either side. The session outlives the coroutine.
  boost::asio::awaitable<void> run();
  // Says 503 and closes: there are too many connections.
  boost::asio::awaitable<void> refuse();

  // The server stops: closes at once where no request is under way, else after it. An endless answer is
  // ended.
  void stop();
  // Closes now, whatever is under way.
  void cut();

 private:
  // Reads and answers one request; whether another may follow.
  boost::asio::awaitable<bool> serve_one();
  // Answers without reading on; nothing may follow.
  boost::asio::awaitable<void> refuse_request(Response);
  // false: the client is gone. An error: what to refuse the request with.
  boost::asio::awaitable<Result<bool>> read_head();
  boost::asio::awaitable<Result<bool>> read_body(const Route*);
  boost::asio::awaitable<bool> fill(std::size_t bytes);
  Result<void> count_body_bytes();

  // All answer whether everything was sent.
  boost::asio::awaitable<bool> send(Response, bool keep_alive);
  boost::asio::awaitable<bool> send_stream(BodyStream&, const Response&, HeadFacts);
  boost::asio::awaitable<bool> send_pieces(BodyStream&, const HeadFacts&);
  // Stops the endless answer being sent as soon as the client has closed its side: nobody listens any more.
  void watch_for_leaving();
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second = {},
                                     std::string_view third = {});
  // After a refusal, with the rest of the request unread: closing at once would reset the connection and the
  // client might never see why.
  boost::asio::awaitable<void> linger();

  std::shared_ptr<ServerCore> core_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  Request request_;
  std::optional<RequestParser> parser_;
  std::string out_;  // Heads of answers; kept for its memory.
  Deadline deadline_;
  BodyStream* stream_ = nullptr;  // The answer being sent, where it is one.
  // Gone once nobody watches any more; a watch may outlive the session.
  std::shared_ptr<char> watch_;
  std::size_t counted_bytes_ = 0;  // Of core_->body_bytes.
  bool is_idle_ = false;           // Waiting for a request's first byte.
  bool unread_ = false;            // Part of the last request was not read: nothing may follow it.
};

}  // namespace cutroom::http
