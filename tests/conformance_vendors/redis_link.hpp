// A client of a redis-server, on a thread of its own, for adapters whose tests run each call by itself.
#pragma once

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis.hpp"
#include "support/redis_server.hpp"

namespace cutroom::conformance {

// The one server of this program, emptied. It lives as long as the program.
inline test::RedisServer& empty_redis_server() {
  static test::RedisServer server;
  server.command({"FLUSHALL"});
  return server;
}

class RedisLink {
 public:
  explicit RedisLink(const test::RedisServer& server)
      : redis_(io_.get_executor(), redis_client::options_from_url(server.url()).value()),
        thread_([this] { io_.run(); }) {}
  ~RedisLink() {
    redis_.stop();
    work_.reset();
    thread_.join();
  }
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  redis_client::Redis& redis() { return redis_; }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
      boost::asio::make_work_guard(io_);
  redis_client::Redis redis_;
  std::thread thread_;
};

}  // namespace cutroom::conformance
