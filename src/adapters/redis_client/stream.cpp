#include "adapters/redis_client/stream.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "adapters/redis_client/tls_setup.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;

Error unreachable(const error_code& why) {
  return {.code = Errc::unavailable, .detail = "can't connect: " + why.message()};
}

// The kernel finds out that a peer has vanished, also while nothing is sent: after 30 s of silence, three
// questions 10 s apart. Costs an idle process nothing. Where an option is refused, the connection is as good
// without.
void watch_for_silence(tcp::socket& socket) {
  const auto set = [&](int level, int name, int value) {
    (void)::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

// Over the socket that it does not own.
struct Stream::Tls {
  Tls(tcp::socket& socket, boost::asio::ssl::context& context) : stream(socket, context) {}
  boost::asio::ssl::stream<tcp::socket&> stream;
};

Stream::Stream(const boost::asio::any_io_executor& executor, std::shared_ptr<TlsSetup> tls)
    : setup_(std::move(tls)), resolver_(executor), socket_(executor) {}

Stream::~Stream() = default;

boost::asio::awaitable<Result<void>> Stream::connect(Endpoint endpoint) {
  auto connected = co_await connect_socket(endpoint);
  if (!connected || !setup_) co_return connected;
  co_return co_await shake_hands(endpoint);
}

boost::asio::awaitable<Result<void>> Stream::shake_hands(const Endpoint& endpoint) {
  const auto context = setup_->context();
  if (!context) co_return context.error();
  tls_ = std::make_unique<Tls>(socket_, **context);
  auto& stream = tls_->stream;
  const std::string& name = setup_->server_name(endpoint);
  error_code failed;
  error_code is_name;
  boost::asio::ip::make_address(name, is_name);
  // An address is no name to ask for (RFC 6066).
  if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
  if (setup_->verifies()) {
    stream.set_verify_mode(boost::asio::ssl::verify_peer, failed);
    stream.set_verify_callback(boost::asio::ssl::host_name_verification(name), failed);
  }
  if (!failed)
    co_await stream.async_handshake(boost::asio::ssl::stream_base::client,
                                    redirect_error(use_awaitable, failed));
  if (failed) co_return Error{.code = Errc::unavailable, .detail = "no TLS: " + failed.message()};
  co_return Result<void>();
}

boost::asio::awaitable<Result<void>> Stream::connect_socket(const Endpoint& endpoint) {
  error_code failed;
  error_code is_name;
  const auto address = boost::asio::ip::make_address(endpoint.host, is_name);
  if (!is_name) {
    const tcp::endpoint there(address, endpoint.port);
    co_await socket_.async_connect(there, redirect_error(use_awaitable, failed));
  } else {
    const std::string port = std::to_string(endpoint.port);
    const auto found = co_await resolver_.async_resolve(endpoint.host, port, tcp::resolver::numeric_service,
                                                        redirect_error(use_awaitable, failed));
    if (failed) co_return unreachable(failed);
    co_await boost::asio::async_connect(socket_, found, redirect_error(use_awaitable, failed));
  }
  if (failed) co_return unreachable(failed);
  socket_.set_option(tcp::no_delay(true), failed);
  watch_for_silence(socket_);
  co_return Result<void>();
}

boost::asio::awaitable<std::size_t> Stream::read_some(std::span<char> into, error_code& failed) {
  const auto buffer = boost::asio::buffer(into.data(), into.size());
  if (tls_) co_return co_await tls_->stream.async_read_some(buffer, redirect_error(use_awaitable, failed));
  co_return co_await socket_.async_read_some(buffer, redirect_error(use_awaitable, failed));
}

void Stream::write(std::string_view bytes, std::function<void(error_code)> done) {
  auto written = [done = std::move(done)](error_code failed, std::size_t) { done(failed); };
  if (tls_)
    boost::asio::async_write(tls_->stream, boost::asio::buffer(bytes), std::move(written));
  else
    boost::asio::async_write(socket_, boost::asio::buffer(bytes), std::move(written));
}

void Stream::close() {
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace cutroom::redis_client
