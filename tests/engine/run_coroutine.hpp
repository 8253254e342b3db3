// Runs one coroutine on an io_context until it ends; what else runs there goes on meanwhile and is left alone
// after.
#pragma once

#include <exception>
#include <functional>
#include <stdexcept>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace cutroom::test {

inline void run_coroutine(boost::asio::io_context& io, std::function<boost::asio::awaitable<void>()> fn) {
  std::exception_ptr failure;
  bool ended = false;
  boost::asio::co_spawn(io, fn(), [&](std::exception_ptr e) {
    failure = e;
    ended = true;
  });
  io.restart();
  while (!ended && io.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!ended) throw std::logic_error("the coroutine waits for what nothing brings about");
}

}  // namespace cutroom::test
