// A server and clients of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/redis_client/redis.hpp"
#include "redis_test_loop.hpp"
#include "support/redis_server.hpp"

namespace cutroom::redis_client {

// For a test's coroutines: a Result's text, or its error's code and Redis' words.
inline std::string shown(const Result<Reply>& answer) {
  if (!answer) return std::string(error_row(answer.error().code).code) + ": " + answer.error().detail;
  if (answer->is_nil()) return "(nil)";
  if (std::holds_alternative<std::int64_t>(answer->value)) return std::to_string(answer->integer());
  if (std::holds_alternative<std::string>(answer->value)) return answer->text();
  std::string all;
  for (const Reply& element : answer->array()) all += (all.empty() ? "" : "\n") + shown(element);
  return all;
}

// A client on the loop. Everything of it has ended once it is gone.
class Client {
 public:
  Client(test::Loop& loop, Options options)
      : loop_(loop), redis_(loop.io().get_executor(), std::move(options)) {}
  ~Client() { redis_.stop(); }

  Redis& operator*() { return redis_; }
  Redis* operator->() { return &redis_; }

  std::string command(std::vector<std::string> words) {
    return shown(loop_.run(redis_.command(std::move(words))));
  }
  bool connects() {
    return loop_.run_until([this] { return redis_.is_connected(); });
  }

 private:
  test::Loop& loop_;
  Redis redis_;
};

inline Options options_of(const test::RedisServer& server) { return options_from_url(server.url()).value(); }

}  // namespace cutroom::redis_client
