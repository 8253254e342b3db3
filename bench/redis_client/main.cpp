// How many calls one connection carries: ./bench_redis_client [CALLS] [AT_ONCE]. Starts its own redis-server.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis.hpp"
#include "support/redis_server.hpp"

namespace {

using cutroom::redis_client::Redis;

boost::asio::awaitable<void> caller(Redis& redis, long& left, long& failed, long& callers) {
  while (left > 0) {
    --left;
    std::vector<std::string> words{"PING"};
    if (!co_await redis.command(std::move(words))) ++failed;
  }
  if (--callers == 0) redis.stop();
}

void measure(const std::string& url, long calls, long at_once) {
  boost::asio::io_context io(1);
  Redis redis(io.get_executor(), cutroom::redis_client::options_from_url(url).value());
  long left = calls;
  long failed = 0;
  long callers = at_once;
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < at_once; ++i)
    boost::asio::co_spawn(io, caller(redis, left, failed, callers), boost::asio::detached);
  io.run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%7ld calls, %5ld at once: %9.0f/s, %ld failed\n", calls, at_once,
              static_cast<double>(calls) / seconds, failed);
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
}
