// The bytes to and from one server, in the clear or by TLS.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {

class TlsSetup;

class Stream {
 public:
  // With `tls` it speaks TLS.
  Stream(const boost::asio::any_io_executor&, std::shared_ptr<TlsSetup> tls);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  boost::asio::awaitable<Result<void>> connect(Endpoint);
  // 0 only with `failed` set.
  boost::asio::awaitable<std::size_t> read_some(std::span<char>, boost::system::error_code& failed);
  // `bytes` must stay as they are until `done` is called. One at a time.
  void write(std::string_view bytes, std::function<void(boost::system::error_code)> done);
  // Whatever is under way ends with an error.
  void close();

 private:
  struct Tls;

  boost::asio::awaitable<Result<void>> connect_socket(const Endpoint&);
  boost::asio::awaitable<Result<void>> shake_hands(const Endpoint&);

  std::shared_ptr<TlsSetup> setup_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace cutroom::redis_client
