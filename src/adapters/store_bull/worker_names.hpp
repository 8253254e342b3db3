// Connections that do nothing but bear a name: Bull's getWorkers(), and with it bull-board, counts as a
// queue's workers who is connected under the name of the queue. One per queue, in each process that claims.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/redis.hpp"

namespace cutroom::store_bull {

class WorkerNames {
 public:
  // Connects in the background, and again when a connection breaks, until it is destroyed.
  WorkerNames(const redis_client::Options&, const std::string& prefix,
              const std::vector<std::string>& queues);
  ~WorkerNames();
  WorkerNames(const WorkerNames&) = delete;
  WorkerNames& operator=(const WorkerNames&) = delete;

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::unique_ptr<redis_client::Redis>> connections_;
  std::thread thread_;  // Theirs alone.
};

}  // namespace cutroom::store_bull
