#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace cutroom::test {

// Runs one coroutine to its end on a fresh io_context and gives what it returned; throws what it threw.
template <class T>
T run(boost::asio::awaitable<T> task) {
  boost::asio::io_context io;
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(
      io,
      [](boost::asio::awaitable<T> inner, std::optional<T>& to) -> boost::asio::awaitable<void> {
        to.emplace(co_await std::move(inner));
      }(std::move(task), result),
      [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::logic_error("the coroutine waits for what nothing brings about");
  return std::move(*result);
}

}  // namespace cutroom::test
