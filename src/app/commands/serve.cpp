// cutroom serve, api, worker: starts the server and stops it in order on SIGTERM or SIGINT.
#include <csignal>
#include <exception>
#include <iostream>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/wire.hpp"
#include "base/log.hpp"

namespace cutroom::app {
namespace {

int complain(const Error& error) {
  std::cerr << "cutroom: " << error.text() << (error.detail.empty() ? "" : " (" + error.detail + ")") << '\n';
  return error.code == Errc::invalid_input ? kExitUsage : kExitUnavailable;
}

// Each listener to events is an open file, and the usual limit of 1,024 is for programs that have none.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // Where it can't be raised, it is as it was.
}

boost::asio::awaitable<int> serve(Server& server, const Settings& settings) {
  boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
  if (const auto started = co_await server.start(); !started) {
    co_await server.stop();
    co_return complain(started.error());
  }
  const bool v6 = settings.listen_address.find(':') != std::string::npos;
  // On standard output: scripts that ask for port 0 read it here.
  if (server.port() == 0)
    std::cout << "cutroom works" << std::endl;
  else
    std::cout << "cutroom listens on http://" << (v6 ? "[" : "") << settings.listen_address << (v6 ? "]" : "")
              << ":" << server.port() << std::endl;
  boost::system::error_code failed;
  const int signal =
      co_await signals.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, failed));
  log::info("stopping ({})", signal == SIGINT ? "SIGINT" : "SIGTERM");
  co_await server.stop();
  log::info("stopped");
  co_return kExitOk;
}

}  // namespace

int run_serve(const Settings& settings, Role role) {
  raise_file_limit();
  boost::asio::io_context io(1);
  auto server = make_server(io, settings, role);
  if (!server) return complain(server.error());

  int exit_code = kExitUnavailable;
  boost::asio::co_spawn(io, serve(**server, settings), [&](std::exception_ptr bug, int code) {
    if (bug) std::rethrow_exception(bug);
    exit_code = code;
  });
  io.run();
  return exit_code;
}

}  // namespace cutroom::app
