// A wake-up for the coroutines of one thread: none is lost, nothing polls.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutroom::engine {

class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  // Take a ticket before looking at the thing that is waited for.
  std::uint64_t ticket() const { return count_; }

  void notify() {
    ++count_;
    for (auto& waiter : waiters_) waiter.cancel();
  }

  // Returns once notify() has been called since `ticket` was taken, or after `at_most`.
  boost::asio::awaitable<void> wait(
      std::uint64_t ticket, std::optional<std::chrono::steady_clock::duration> at_most = std::nullopt) {
    using Steady = std::chrono::steady_clock;
    if (ticket != count_) co_return;
    const auto waiter = waiters_.emplace(waiters_.end(), executor_,
                                         at_most ? Steady::now() + *at_most : Steady::time_point::max());
    boost::system::error_code ignored;  // Cancelled is what notify() looks like.
    co_await waiter->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    waiters_.erase(waiter);
  }

 private:
  boost::asio::any_io_executor executor_;
  std::list<boost::asio::steady_timer> waiters_;
  std::uint64_t count_ = 0;
};

}  // namespace cutroom::engine
