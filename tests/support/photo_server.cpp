#include "support/photo_server.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "support/photo_server_inner.hpp"

namespace cutroom::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

PhotoServer::Inner::Inner(Options options)
    : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), options.port)),
      folder(std::move(options.folder)),
      held_gate(io, asio::steady_timer::time_point::max()) {}

awaitable<void> PhotoServer::Inner::accept_all() {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    {
      const std::lock_guard lock(mutex);
      ++connections;
    }
    asio::co_spawn(io, serve(std::move(socket)), asio::detached);
  }
}

awaitable<void> PhotoServer::Inner::serve(tcp::socket socket) {
  try {
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(256U << 20U);
      co_await http::async_read(socket, buffer, parser, use_awaitable);
      const auto& request = parser.get();

      const std::string target(request.target());
      const std::size_t mark = target.find('?');
      Exchange exchange{.socket = socket,
                        .server = *this,
                        .path = target.substr(0, mark),
                        .query = mark == std::string::npos ? "" : target.substr(mark + 1)};
      SeenRequest seen{
          .method = std::string(request.method_string()), .target = target, .body = request.body()};
      for (const auto& field : request)
        seen.head += std::string(field.name_string()) + ": " + std::string(field.value()) + "\r\n";
      note(std::move(seen), exchange.path);

      co_await answer(exchange);
      if (exchange.close || !request.keep_alive()) co_return;
    }
  } catch (const boost::system::system_error&) {  // NOLINT(bugprone-empty-catch)
    // The client went away, which half of the paths are made for.
  }
}

awaitable<void> PhotoServer::Inner::answer(Exchange& exchange) {
  std::optional<CannedAnswer> ready;
  {
    const std::lock_guard lock(mutex);
    if (const auto it = canned.find(exchange.path); it != canned.end()) ready = it->second;
  }
  const bool names_a_file =
      exchange.path.size() > 1 && exchange.path[1] != '/' && exchange.path.find("..") == std::string::npos;
  if (!ready && !folder.empty() && names_a_file) {
    std::ifstream file(folder / exchange.path.substr(1), std::ios::binary);
    if (file && std::filesystem::is_regular_file(folder / exchange.path.substr(1))) {
      ready = CannedAnswer{200, "application/octet-stream", {std::istreambuf_iterator<char>(file), {}}};
      // After the end of a JPEG or a PNG, where no decoder looks.
      ready->body += exchange.query;
    }
  }
  if (ready)
    co_await respond(exchange, ready->status, ready->content_type, ready->body);
  else
    co_await answer_scripted(exchange);
}

awaitable<void> PhotoServer::Inner::hold() {
  if (held_released) co_return;
  {
    const std::lock_guard lock(mutex);
    most_held = std::max(most_held, ++held);
  }
  held_changed.notify_all();
  boost::system::error_code ignored;
  co_await held_gate.async_wait(asio::redirect_error(use_awaitable, ignored));
  const std::lock_guard lock(mutex);
  --held;
}

void PhotoServer::Inner::note(SeenRequest seen, const std::string& path) {
  {
    const std::lock_guard lock(mutex);
    ++requests;
    ++requests_by_path[path];
    last_requests[path] = std::move(seen);
  }
  requested.notify_all();
}

awaitable<void> respond(Exchange& exchange, unsigned status, std::string content_type, std::string body,
                        std::string extra_headers) {
  std::string whole = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Type: " + content_type +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + extra_headers +
                      (exchange.close ? "Connection: close\r\n" : "") + "\r\n" + body;
  co_await asio::async_write(exchange.socket, asio::buffer(whole), use_awaitable);
}

PhotoServer::PhotoServer() : PhotoServer(Options{}) {}

PhotoServer::PhotoServer(Options options) : inner_(std::make_shared<Inner>(std::move(options))) {
  asio::co_spawn(inner_->io, inner_->accept_all(), asio::detached);
  inner_->thread = std::thread([inner = inner_.get()] { inner->io.run(); });
}

PhotoServer::~PhotoServer() {
  inner_->io.stop();
  inner_->thread.join();
}

std::uint16_t PhotoServer::port() const { return inner_->acceptor.local_endpoint().port(); }

std::string PhotoServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

void PhotoServer::answer(std::string path, unsigned status, std::string content_type, std::string body) {
  const std::lock_guard lock(inner_->mutex);
  inner_->canned[std::move(path)] = {status, std::move(content_type), std::move(body)};
}

std::size_t PhotoServer::requests() const {
  const std::lock_guard lock(inner_->mutex);
  return inner_->requests;
}

std::size_t PhotoServer::requests(const std::string& path) const {
  const std::lock_guard lock(inner_->mutex);
  const auto it = inner_->requests_by_path.find(path);
  return it == inner_->requests_by_path.end() ? 0 : it->second;
}

bool PhotoServer::wait_for_requests(const std::string& path, std::size_t n, std::chrono::seconds at_most) {
  std::unique_lock lock(inner_->mutex);
  return inner_->requested.wait_for(lock, at_most, [&] {
    const auto it = inner_->requests_by_path.find(path);
    return it != inner_->requests_by_path.end() && it->second >= n;
  });
}

SeenRequest PhotoServer::last_request(const std::string& path) const {
  const std::lock_guard lock(inner_->mutex);
  const auto it = inner_->last_requests.find(path);
  return it == inner_->last_requests.end() ? SeenRequest{} : it->second;
}

std::size_t PhotoServer::connections() const {
  const std::lock_guard lock(inner_->mutex);
  return inner_->connections;
}

void PhotoServer::wait_for_held(std::size_t n) {
  std::unique_lock lock(inner_->mutex);
  inner_->held_changed.wait(lock, [&] { return inner_->most_held >= n; });
}

std::size_t PhotoServer::most_held() const {
  const std::lock_guard lock(inner_->mutex);
  return inner_->most_held;
}

void PhotoServer::release_held() {
  asio::post(inner_->io, [inner = inner_.get()] {
    inner->held_released = true;
    inner->held_gate.cancel();
  });
}

}  // namespace cutroom::test
