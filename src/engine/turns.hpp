// One after the other: of the coroutines of one thread, only one at a time holds the turn. In no order.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>

#include "engine/signal.hpp"

namespace cutroom::engine {

class Turns {
 public:
  explicit Turns(boost::asio::any_io_executor executor) : ended_(std::move(executor)) {}

  // Gives the turn back when it is gone. `Turns` outlives it.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) { turns.taken_ = true; }
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ == nullptr) return;
      turns_->taken_ = false;
      turns_->ended_.notify();
    }

   private:
    Turns* turns_;
  };

  boost::asio::awaitable<Turn> take() {
    while (taken_) co_await ended_.wait(ended_.ticket());
    co_return Turn(*this);
  }

 private:
  Signal ended_;
  bool taken_ = false;
};

}  // namespace cutroom::engine
