#include <array>
#include <charconv>
#include <chrono>

#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "support/photo_server_inner.hpp"

namespace cutroom::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

// 2x2, RGB, made with a PNG encoder.
constexpr unsigned char kPng[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
    0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0xfd,
    0xd4, 0x9a, 0x73, 0x00, 0x00, 0x00, 0x10, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x38,
    0x51, 0x61, 0x03, 0x44, 0x0c, 0x10, 0x0a, 0x00, 0x2b, 0xce, 0x05, 0xf1, 0x38, 0x7b, 0x42,
    0xd5, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

awaitable<void> send(Exchange& exchange, std::string bytes) {
  co_await asio::async_write(exchange.socket, asio::buffer(bytes), use_awaitable);
}

std::string chunk(std::string_view bytes) {
  char size[17];
  const auto end = std::to_chars(size, size + 16, bytes.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n";
}

// The number at the path's end: "/status/404".
std::uint64_t number_of(const Exchange& exchange) {
  std::uint64_t number = 0;
  const std::string& path = exchange.path;
  const std::size_t from = path.rfind('/') + 1;
  std::from_chars(path.data() + from, path.data() + path.size(), number);
  return number;
}

awaitable<void> redirect(Exchange& exchange, const std::string& to) {
  co_await respond(exchange, 302, "text/plain", "elsewhere", "Location: " + to + "\r\n");
}

awaitable<void> photo(Exchange& x) { co_await respond(x, 200, "image/png", std::string(small_png())); }

awaitable<void> chunked(Exchange& x) {
  std::string all = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::string_view rest = small_png(); !rest.empty();
       rest.remove_prefix(std::min<std::size_t>(7, rest.size())))
    all += chunk(rest.substr(0, 7));
  co_await send(x, all + "0\r\nX-Trailer: 1\r\n\r\n");
}

awaitable<void> cut_short(Exchange& x) {
  x.close = true;
  co_await send(x, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n" +
                       std::string(small_png()));
}

awaitable<void> huge_length(Exchange& x) {
  x.close = true;
  co_await send(x, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 10000000000\r\n\r\n" +
                       std::string(small_png()));
}

awaitable<void> endless(Exchange& x) {
  std::string block(64U << 10U, '\1');
  block.replace(0, small_png().size(), small_png());
  co_await send(x, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (;;) co_await send(x, chunk(block));  // Until the client closes.
}

awaitable<void> endless_headers(Exchange& x) {
  co_await send(x, "HTTP/1.1 200 OK\r\n");
  for (int i = 0;; ++i) co_await send(x, "X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n");
}

awaitable<void> drip(Exchange& x) {
  co_await send(x, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n");
  asio::steady_timer timer(x.socket.get_executor());
  for (std::size_t i = 0;; ++i) {
    co_await send(x, std::string(1, small_png()[i % small_png().size()]));
    timer.expires_after(std::chrono::milliseconds(50));
    co_await timer.async_wait(use_awaitable);
  }
}

// Reads until the client closes.
awaitable<void> hang(Exchange& x) {
  char byte = 0;
  for (;;) co_await asio::async_read(x.socket, asio::buffer(&byte, 1), use_awaitable);
}

awaitable<void> close(Exchange& x) {
  x.close = true;
  co_return;
}

awaitable<void> gzip(Exchange& x) {
  co_await respond(x, 200, "image/png", "\x1f\x8b\x08" + std::string(600, '\0'),
                   "Content-Encoding: gzip\r\n");
}

awaitable<void> partial(Exchange& x) {
  const std::string n = std::to_string(small_png().size());
  co_await respond(x, 206, "image/png", std::string(small_png()), "Content-Range: bytes 0-9/" + n + "\r\n");
}

awaitable<void> multipart(Exchange& x) {
  co_await respond(
      x, 200, "multipart/x-mixed-replace; boundary=frame",
      "--frame\r\nContent-Type: image/png\r\n\r\n" + std::string(small_png()) + "\r\n--frame--\r\n");
}

awaitable<void> html(Exchange& x) {
  co_await respond(x, 200, "text/html", "<!DOCTYPE html>\n<html><body>Please log in</body></html>");
}

awaitable<void> svg(Exchange& x) {
  co_await respond(x, 200, "image/svg+xml",
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
}

awaitable<void> text(Exchange& x) { co_await respond(x, 200, "image/png", "this is no picture"); }
awaitable<void> empty(Exchange& x) { co_await respond(x, 200, "image/png", ""); }

awaitable<void> continue_first(Exchange& x) {
  co_await send(x, "HTTP/1.1 100 Continue\r\n\r\n");
  co_await photo(x);
}

awaitable<void> not_http(Exchange& x) {
  x.close = true;
  co_await send(x, "220 mail.example ESMTP\r\n");
}

awaitable<void> status(Exchange& x) {
  co_await respond(x, static_cast<unsigned>(number_of(x)), "text/plain", "as asked");
}

awaitable<void> sized(Exchange& x) {
  std::string body(number_of(x), '\1');
  body.replace(0, std::min(body.size(), small_png().size()), small_png().substr(0, body.size()));
  co_await respond(x, 200, "image/png", std::move(body));
}

awaitable<void> redirect_chain(Exchange& x) {
  const std::uint64_t n = number_of(x);
  // Not inside the co_await: this g++ frees what a conditional there makes twice.
  const std::string next = n <= 1 ? "../photo.png" : std::to_string(n - 1);
  co_await redirect(x, next);
}

awaitable<void> redirect_loop(Exchange& x) { co_await redirect(x, "/redirect-loop"); }
awaitable<void> redirect_to(Exchange& x) { co_await redirect(x, x.query); }

awaitable<void> redirect_close(Exchange& x) {
  x.close = true;
  co_await redirect(x, x.query);
}

awaitable<void> redirect_nowhere(Exchange& x) { co_await respond(x, 302, "text/plain", "where?"); }

awaitable<void> held(Exchange& x) {
  co_await x.server.hold();
  co_await photo(x);
}

struct Path {
  std::string_view path;  // One that ends with a slash takes all that begin so.
  awaitable<void> (*answer)(Exchange&);
};

constexpr std::array kPaths{
    Path{"/photo.png", photo},
    Path{"/photo", photo},
    Path{"/chunked", chunked},
    Path{"/short", cut_short},
    Path{"/huge-length", huge_length},
    Path{"/endless", endless},
    Path{"/endless-headers", endless_headers},
    Path{"/drip", drip},
    Path{"/hang", hang},
    Path{"/close", close},
    Path{"/gzip", gzip},
    Path{"/partial", partial},
    Path{"/multipart", multipart},
    Path{"/html", html},
    Path{"/svg", svg},
    Path{"/text", text},
    Path{"/empty", empty},
    Path{"/continue", continue_first},
    Path{"/not-http", not_http},
    Path{"/status/", status},
    Path{"/sized/", sized},
    Path{"/redirect/", redirect_chain},
    Path{"/redirect-loop", redirect_loop},
    Path{"/redirect-to", redirect_to},
    Path{"/redirect-close", redirect_close},
    Path{"/redirect-nowhere", redirect_nowhere},
    Path{"/held", held},
};

}  // namespace

std::string_view small_png() { return {reinterpret_cast<const char*>(kPng), sizeof kPng}; }

awaitable<void> answer_scripted(Exchange& exchange) {
  for (const Path& path : kPaths) {
    const bool fits =
        path.path.back() == '/' ? exchange.path.starts_with(path.path) : exchange.path == path.path;
    if (fits) {
      co_await path.answer(exchange);
      co_return;
    }
  }
  co_await respond(exchange, 404, "text/plain", "not here");
}

}  // namespace cutroom::test
