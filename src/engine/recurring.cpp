#include "engine/recurring.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace cutroom::engine {

Recurring::Recurring(boost::asio::any_io_executor executor, std::vector<RecurringTask> tasks)
    : executor_(executor), tasks_(std::move(tasks)), changed_(std::move(executor)) {}

void Recurring::start() {
  for (const RecurringTask& task : tasks_) {
    ++open_;
    boost::asio::co_spawn(executor_, repeat(task), [this](std::exception_ptr bug) {
      --open_;
      changed_.notify();
      if (bug) std::rethrow_exception(bug);
    });
  }
}

boost::asio::awaitable<void> Recurring::stop() {
  stopping_ = true;
  changed_.notify();
  while (open_ > 0) co_await changed_.wait(changed_.ticket());
}

boost::asio::awaitable<void> Recurring::repeat(const RecurringTask& task) {
  while (!stopping_) {
    try {
      co_await task.run();
    } catch (const std::exception& bug) {
      log::error("{}: {}", task.name, bug.what());
    }
    if (!stopping_) co_await changed_.wait(changed_.ticket(), task.every);
  }
}

}  // namespace cutroom::engine
