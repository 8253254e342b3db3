// How many calls one connection carries: ./bench_redis_client [CALLS] [AT_ONCE]. Starts its own redis-server.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/redis_client/redis_thread.hpp"
#include "support/redis_server.hpp"

namespace {

using cutroom::redis_client::Redis;
using cutroom::redis_client::RedisThread;

boost::asio::awaitable<void> caller(Redis& redis, long& left, long& failed, long& callers) {
  while (left > 0) {
    --left;
    std::vector<std::string> words{"PING"};
    if (!co_await redis.command(std::move(words))) ++failed;
  }
  if (--callers == 0) redis.stop();
}

enum class Where { same_thread, other_thread };

void measure(const std::string& url, long calls, long at_once, Where where = Where::same_thread) {
  boost::asio::io_context io(1);
  const auto options = cutroom::redis_client::options_from_url(url).value();
  std::optional<Redis> own;
  std::optional<RedisThread> thread;
  if (where == Where::same_thread)
    own.emplace(io.get_executor(), options);
  else
    thread.emplace(options);
  Redis& redis = own ? *own : *thread->redis();
  long left = calls;
  long failed = 0;
  long callers = at_once;
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < at_once; ++i)
    boost::asio::co_spawn(io, caller(redis, left, failed, callers), boost::asio::detached);
  io.run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%7ld calls, %5ld at once, %s: %9.0f/s, %ld failed\n", calls, at_once,
              own ? "on its thread  " : "from another one", static_cast<double>(calls) / seconds, failed);
}

}  // namespace

int main(int count, char** arguments) {
  const cutroom::test::RedisServer server;
  const long calls = count > 1 ? std::atol(arguments[1]) : 500'000;
  if (count > 2) {
    measure(server.url(), calls, std::atol(arguments[2]));
    return 0;
  }
  measure(server.url(), calls / 20, 1);
  measure(server.url(), calls / 4, 16);
  measure(server.url(), calls, 256);
  measure(server.url(), calls, 4096);
  measure(server.url(), calls / 20, 1, Where::other_thread);
  measure(server.url(), calls / 4, 16, Where::other_thread);
  measure(server.url(), calls, 256, Where::other_thread);
}
