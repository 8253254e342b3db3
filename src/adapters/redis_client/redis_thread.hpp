// A Redis client on a thread of its own, which runs nothing else: so an event loop that waits for jobs is not
// kept running by the connection.
#pragma once

#include <memory>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis.hpp"

namespace cutroom::redis_client {

class RedisThread {
 public:
  explicit RedisThread(Options);
  // Stops the client: what is under way ends with unavailable.
  ~RedisThread();
  RedisThread(const RedisThread&) = delete;
  RedisThread& operator=(const RedisThread&) = delete;

  const std::shared_ptr<Redis>& redis() const { return redis_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::shared_ptr<Redis> redis_;
  std::thread thread_;
};

}  // namespace cutroom::redis_client
