// Load that knows the right answers.
#pragma once

#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "adapters/redis_client/command_bytes.hpp"
#include "adapters/redis_client/redis.hpp"
#include "redis_test_loop.hpp"

namespace cutroom::redis_client {

// Coroutines that call again and again until they are told to end.
class Callers {
 public:
  Callers(test::Loop& loop, Redis& redis, int n) : loop_(loop), redis_(redis) {
    for (int i = 0; i < n; ++i) boost::asio::co_spawn(loop.io(), call(i), boost::asio::detached);
    running_ = n;
  }
  bool end() {
    ending_ = true;
    return loop_.run_until([this] { return running_ == 0; });
  }
  bool wait_for_good(int more) {
    return loop_.run_until([this, until = good + more] { return good >= until; });
  }

  int good = 0;
  int unavailable = 0;
  int others = 0;  // Another error, or somebody else's answer.

 private:
  boost::asio::awaitable<void> call(int number) {
    for (int i = 0; !ending_; ++i) {
      const std::string text = std::to_string(number) + "." + std::to_string(i);
      Words words{"ECHO", text};
      const auto answer = co_await redis_.command(std::move(words));
      if (answer && answer->text() == text)
        ++good;
      else if (!answer && answer.error().code == Errc::unavailable)
        ++unavailable;
      else
        ++others;
    }
    --running_;
  }

  test::Loop& loop_;
  Redis& redis_;
  int running_ = 0;
  bool ending_ = false;
};

}  // namespace cutroom::redis_client
