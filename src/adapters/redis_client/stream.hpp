// The bytes to and from one server.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {

class Stream {
 public:
  explicit Stream(boost::asio::any_io_executor executor)
      : resolver_(executor), socket_(std::move(executor)) {}

  boost::asio::awaitable<Result<void>> connect(Endpoint);
  // 0 only with `failed` set.
  boost::asio::awaitable<std::size_t> read_some(std::span<char>, boost::system::error_code& failed);
  // `bytes` must stay as they are until `done` is called. One at a time.
  void write(std::string_view bytes, std::function<void(boost::system::error_code)> done);
  // Whatever is under way ends with an error.
  void close();

 private:
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace cutroom::redis_client
