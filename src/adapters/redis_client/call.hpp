// Commands on their way, and the coroutine that waits for their answers.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/command_bytes.hpp"
#include "adapters/redis_client/reply.hpp"
#include "base/error.hpp"

namespace cutroom::redis_client {

class Call {
 public:
  // Both live in the waiting coroutine's frame. As many answers as commands.
  Call(std::span<const Words> commands, std::span<Result<Reply>> answers)
      : commands_(commands), answers_(answers) {}
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  std::span<const Words> commands() const { return commands_; }
  // The next command's answer; true when it was the last.
  bool take(Result<Reply> answer) {
    answers_[answered_++] = std::move(answer);
    return answered_ == answers_.size();
  }
  void fail_the_rest(const Error& error) {
    while (answered_ < answers_.size()) answers_[answered_++] = error;
  }

  // One of them, once. After it, the spans are no more.
  virtual void resume() = 0;
  virtual void resume_later() = 0;  // Not from inside this function.

  std::chrono::steady_clock::time_point deadline{};

 private:
  std::span<const Words> commands_;
  std::span<Result<Reply>> answers_;
  std::size_t answered_ = 0;
};

template <class Handler>
class CallOf final : public Call {
 public:
  CallOf(std::span<const Words> commands, std::span<Result<Reply>> answers, Handler handler,
         const boost::asio::any_io_executor& ours)
      : Call(commands, answers),
        handler_(std::move(handler)),
        is_ours_(boost::asio::get_associated_executor(handler_) == ours) {}

  // Whoever calls it is on our executor, so a coroutine of that executor can go on without a hop.
  void resume() override {
    Handler handler = std::move(handler_);
    if (is_ours_)
      std::move(handler)();
    else
      boost::asio::dispatch(std::move(handler));
  }
  void resume_later() override { boost::asio::post(std::move(handler_)); }

 private:
  Handler handler_;
  bool is_ours_;
};

}  // namespace cutroom::redis_client
