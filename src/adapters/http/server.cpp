#include "adapters/http/server.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/server_core.hpp"
#include "adapters/http/session.hpp"
#include "base/log.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// Connections beyond the bound that are told why; the ones beyond these are just closed.
constexpr std::size_t kRefusalsMax = 64;
// No file descriptors left: each accept fails until a connection is closed, so don't ask in a loop.
constexpr std::chrono::milliseconds kAcceptPause{100};

void log_bug(const std::exception_ptr& failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    log::error("a connection ended with an exception: {}", e.what());
  }
}

void take(std::shared_ptr<ServerCore> core, tcp::socket socket) {
  const std::size_t max = core->api.options.connections_max;
  const bool too_many = core->sessions.size() >= max;
  if (core->sessions.size() >= max + kRefusalsMax) return;
  const auto executor = socket.get_executor();
  auto session = std::make_shared<Session>(std::move(core), std::move(socket));
  asio::co_spawn(
      executor, [session, too_many] { return too_many ? session->refuse() : session->run(); }, log_bug);
}

asio::awaitable<void> accept_all(std::shared_ptr<ServerCore> core, std::shared_ptr<tcp::acceptor> acceptor) {
  asio::steady_timer pause(acceptor->get_executor());
  bool is_failing = false;  // Said once, not ten times a second.
  for (;;) {
    auto [failed, socket] = co_await acceptor->async_accept(kTuple);
    if (!acceptor->is_open()) co_return;
    if (!failed) {
      is_failing = false;
      take(core, std::move(socket));
    } else if (failed != asio::error::connection_aborted) {
      if (!std::exchange(is_failing, true)) log::error("accept: {}", failed.message());
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kTuple);
    }
  }
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(std::shared_ptr<tcp::acceptor> acceptor, std::uint16_t port, Api api)
      : acceptor_(std::move(acceptor)),
        port_(port),
        core_(std::make_shared<ServerCore>(acceptor_->get_executor(), std::move(api))) {}

  ~BeastServer() override {
    refuse_new();
    cut_all();
  }

  std::uint16_t port() const override { return port_; }

  void start() override { asio::co_spawn(acceptor_->get_executor(), accept_all(core_, acceptor_), log_bug); }

  asio::awaitable<void> stop(std::chrono::milliseconds grace) override {
    refuse_new();
    for (Session* session : std::vector<Session*>(core_->sessions.begin(), core_->sessions.end()))
      session->stop();
    co_await all_gone(grace);
    if (core_->sessions.empty()) co_return;
    log::warn("{} connections are cut after the grace time", core_->sessions.size());
    cut_all();
    // Coroutines that waited for their sockets end in no time now.
    co_await all_gone(std::chrono::milliseconds(200));
  }

 private:
  void refuse_new() {
    core_->stopping = true;
    error_code ignored;
    acceptor_->close(ignored);
  }

  void cut_all() {
    for (Session* session : core_->sessions) session->cut();
  }

  asio::awaitable<void> all_gone(std::chrono::milliseconds at_most) {
    using namespace asio::experimental::awaitable_operators;
    if (core_->sessions.empty()) co_return;
    asio::steady_timer limit(acceptor_->get_executor(), at_most);
    co_await (core_->gone.async_wait(kTuple) || limit.async_wait(kTuple));
  }

  std::shared_ptr<tcp::acceptor> acceptor_;
  std::uint16_t port_;
  std::shared_ptr<ServerCore> core_;  // Shared with the sessions, which may outlive the server.
};

}  // namespace

Result<std::unique_ptr<HttpServer>> make_http_server(asio::any_io_executor executor, ServerOptions options,
                                                     Services services, std::span<const Route> routes) {
  auto proxies = TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return proxies.error();
  error_code failed;
  const auto address = asio::ip::make_address(options.address, failed);
  if (failed)
    return Error{.code = Errc::invalid_input,
                 .message = "'" + options.address + "' is not an IP address to listen on"};
  const tcp::endpoint endpoint(address, options.port);
  auto acceptor = std::make_shared<tcp::acceptor>(std::move(executor));
  acceptor->open(endpoint.protocol(), failed);
  if (!failed) acceptor->set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor->bind(endpoint, failed);
  if (!failed) acceptor->listen(asio::socket_base::max_listen_connections, failed);
  if (failed)
    return Error{.code = Errc::unavailable,
                 .message = "Can't listen on " + options.address + " port " + std::to_string(options.port) +
                            ": " + failed.message()};
  const std::uint16_t port = acceptor->local_endpoint().port();
  std::unique_ptr<HttpServer> server = std::make_unique<BeastServer>(
      std::move(acceptor), port, Api{services, std::move(options), routes, std::move(*proxies)});
  return server;
}

}  // namespace cutroom::http
