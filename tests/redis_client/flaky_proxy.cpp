#include "flaky_proxy.hpp"

#include <array>
#include <list>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace cutroom::test {

using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

struct Pair {
  explicit Pair(const boost::asio::any_io_executor& executor) : client(executor), server(executor) {}
  void close() {
    error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
  tcp::socket client;
  tcp::socket server;
  std::size_t left = kNoBound;
};

}  // namespace

struct FlakyProxy::Inner : std::enable_shared_from_this<Inner> {
  Inner(boost::asio::io_context& io, std::uint16_t to)
      : acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        server(boost::asio::ip::address_v4::loopback(), to) {}

  static awaitable<void> accept(std::shared_ptr<Inner> self) {
    while (self->acceptor.is_open()) {
      auto pair = std::make_shared<Pair>(self->acceptor.get_executor());
      error_code failed;
      co_await self->acceptor.async_accept(pair->client, redirect_error(use_awaitable, failed));
      if (failed) continue;
      ++self->connections;
      pair->left = self->bytes_max;
      std::erase_if(self->pairs, [](const auto& weak) { return weak.expired(); });
      self->pairs.push_back(pair);
      co_await pair->server.async_connect(self->server, redirect_error(use_awaitable, failed));
      if (failed) {
        pair->close();
        continue;
      }
      const auto executor = self->acceptor.get_executor();
      boost::asio::co_spawn(executor, pump(self, pair, pair->client, pair->server), boost::asio::detached);
      boost::asio::co_spawn(executor, pump(self, pair, pair->server, pair->client), boost::asio::detached);
    }
  }

  static awaitable<void> pump(std::shared_ptr<Inner> self, std::shared_ptr<Pair> pair, tcp::socket& from,
                              tcp::socket& to) {
    std::array<char, 16 * 1024> bytes;
    error_code failed;
    while (!failed && pair->left > 0) {
      std::size_t size =
          co_await from.async_read_some(boost::asio::buffer(bytes), redirect_error(use_awaitable, failed));
      if (failed) break;
      if (self->swallows) continue;
      size = std::min(size, pair->left);
      if (pair->left != kNoBound) pair->left -= size;
      co_await boost::asio::async_write(to, boost::asio::buffer(bytes, size),
                                        redirect_error(use_awaitable, failed));
    }
    pair->close();
  }

  void cut() {
    for (const auto& weak : pairs)
      if (const auto pair = weak.lock()) pair->close();
  }

  tcp::acceptor acceptor;
  tcp::endpoint server;
  std::list<std::weak_ptr<Pair>> pairs;
  std::size_t connections = 0;
  std::size_t bytes_max = kNoBound;
  bool swallows = false;
};

FlakyProxy::FlakyProxy(boost::asio::io_context& io, std::uint16_t server)
    : inner_(std::make_shared<Inner>(io, server)) {
  boost::asio::co_spawn(io, Inner::accept(inner_), boost::asio::detached);
}

FlakyProxy::~FlakyProxy() {
  error_code ignored;
  inner_->acceptor.close(ignored);
  inner_->cut();
}

std::uint16_t FlakyProxy::port() const { return inner_->acceptor.local_endpoint().port(); }

void FlakyProxy::swallow(bool on) { inner_->swallows = on; }

void FlakyProxy::cut() { inner_->cut(); }

void FlakyProxy::cut_after(std::size_t bytes) { inner_->bytes_max = bytes; }

std::size_t FlakyProxy::connections() const { return inner_->connections; }

}  // namespace cutroom::test
