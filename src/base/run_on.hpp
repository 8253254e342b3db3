// The one way from a coroutine to another thread and back.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutroom {

// Runs `fn` on `pool` (anything with an executor) and resumes the caller on its own executor with what it
// returned. An exception of `fn` arrives at the co_await. Work on the caller's side is kept alive meanwhile.
template <class Pool, class Fn>
boost::asio::awaitable<std::invoke_result_t<Fn&>> run_on(Pool& pool, Fn fn) {
  using R = std::invoke_result_t<Fn&>;
  static_assert(!std::is_void_v<R>, "return a Result<void>");
  std::exception_ptr failure;
  std::optional<R> value;
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
        boost::asio::post(pool, [&fn, &value, &failure, work, handler = std::move(handler)]() mutable {
          try {
            value.emplace(fn());
          } catch (...) {
            failure = std::current_exception();
          }
          boost::asio::post(work, std::move(handler));
        });
      },
      boost::asio::use_awaitable);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*value);
}

}  // namespace cutroom
