// A server on a thread of its own, and a plain blocking client that sees every byte.
#pragma once

#include <future>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "adapters/http/server.hpp"
#include "adapters/http/test_fakes.hpp"

namespace cutroom::http {

struct Answer {
  int status = 0;
  std::string head;  // With the empty line.
  std::string body;
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
  }
  void send(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
  // For sending to a server that may have closed already.
  void try_send(std::string_view text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text), ignored);
  }
  // One answer with a Content-Length, or without a body.
  Answer receive(bool is_head = false) {
    Answer answer;
    boost::system::error_code failed;
    const std::size_t n =
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(pending_), "\r\n\r\n", failed);
    if (failed) return answer;
    answer.head = pending_.substr(0, n);
    pending_.erase(0, n);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.header("Content-Length");
    if (is_head || length.empty()) return answer;
    const std::size_t size = std::stoul(length);
    if (pending_.size() < size)
      boost::asio::read(socket_, boost::asio::dynamic_buffer(pending_),
                        boost::asio::transfer_exactly(size - pending_.size()), failed);
    answer.body = pending_.substr(0, size);
    pending_.erase(0, answer.body.size());
    return answer;
  }
  Answer ask(std::string_view text, bool is_head = false) {
    send(text);
    return receive(is_head);
  }
  Answer get(const std::string& path, const std::string& more_headers = {}) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + more_headers + "\r\n");
  }
  // Everything until the server closes; false where it resets.
  bool receive_all(std::string& into) {
    boost::system::error_code failed;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(pending_), failed);
    into = std::exchange(pending_, {});
    return failed == boost::asio::error::eof;
  }
  bool is_closed_by_server() {
    std::string rest;
    return receive_all(rest) && rest.empty();
  }
  void close() { socket_.close(); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string pending_;
};

inline std::string post_of(const std::string& path, const std::string& body,
                           const std::string& more_headers = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_headers + "\r\n" + body;
}

class RunningServer {
 public:
  explicit RunningServer(ServerOptions options = {}, std::span<const Route> routes = route_table())
      : test(io_.get_executor(), true, options, {.limits = no_limits(), .admin_key = {}}) {
    options.port = 0;
    server_ = std::move(make_http_server(io_.get_executor(), options, test.api.use, routes).value());
    port_ = server_->port();
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    if (stopped_.valid()) stopped_.wait();  // stop() uses the server until it is done.
    on_server([this] { server_.reset(); });
    io_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  // Runs `fn` on the server's thread and waits for it.
  template <class Fn>
  void on_server(Fn fn) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      fn();
      done.set_value();
    });
    done.get_future().get();
  }
  std::shared_future<void> stop(std::chrono::milliseconds grace) {
    auto done = std::make_shared<std::promise<void>>();
    stopped_ = done->get_future().share();
    boost::asio::co_spawn(io_, server_->stop(grace),
                          [done](const std::exception_ptr&) { done->set_value(); });
    return stopped_;
  }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};

 public:
  TestApi test;

 private:
  std::unique_ptr<HttpServer> server_;
  std::shared_future<void> stopped_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

}  // namespace cutroom::http
