#include "adapters/redis_client/redis_thread.hpp"

#include <utility>

namespace cutroom::redis_client {

RedisThread::RedisThread(Options options)
    : redis_(std::make_shared<Redis>(io_.get_executor(), std::move(options))),
      thread_([this] { io_.run(); }) {}

RedisThread::~RedisThread() {
  redis_->stop();
  work_.reset();
  thread_.join();
}

}  // namespace cutroom::redis_client
