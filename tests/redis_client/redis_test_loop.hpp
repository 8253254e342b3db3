// A thread's worth of event loop for one test: runs a coroutine to its end while clients live on it.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutroom::test {

class Loop {
 public:
  boost::asio::io_context& io() { return io_; }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    struct Outcome {
      std::optional<T> result;
      std::exception_ptr failure;
    };
    // Shared: one that does not end in time may still end in what the test runs after that.
    const auto outcome = std::make_shared<Outcome>();
    boost::asio::co_spawn(io_, std::move(task), [outcome](std::exception_ptr e, T value) {
      outcome->failure = e;
      outcome->result.emplace(std::move(value));
    });
    run_until([&] { return outcome->result.has_value(); });
    if (!outcome->result) throw std::runtime_error("the coroutine did not end");
    if (outcome->failure) std::rethrow_exception(outcome->failure);
    return std::move(*outcome->result);
  }

  // Runs what there is to run until it is so, which may also come about elsewhere: in a server that the test
  // looks into. False: not within `at_most`, a bound against hanging and no measure.
  bool run_until(const std::function<bool()>& so, std::chrono::seconds at_most = std::chrono::seconds(60)) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (!so()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      tick();
      if (io_.stopped()) io_.restart();
      io_.run_one();
    }
    return true;
  }

  // To its end: nothing may be left that keeps it going.
  bool run_out(std::chrono::seconds at_most = std::chrono::seconds(60)) {
    if (io_.stopped()) io_.restart();
    io_.run_for(at_most);
    return io_.stopped();
  }

 private:
  void tick() {
    if (std::exchange(ticking_, true)) return;
    tick_.expires_after(std::chrono::milliseconds(5));
    tick_.async_wait([this](boost::system::error_code) { ticking_ = false; });
  }

  boost::asio::io_context io_;
  boost::asio::steady_timer tick_{io_};
  bool ticking_ = false;
};

}  // namespace cutroom::test
