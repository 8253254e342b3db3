#include "base/batch_thread.hpp"

#include <algorithm>
#include <iterator>
#include <pthread.h>

namespace cutroom {

BatchThread::BatchThread(std::string name, Hooks hooks, std::size_t batch_max)
    : hooks_(std::move(hooks)), batch_max_(batch_max), thread_([this, name = std::move(name)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        loop();
      }) {}

BatchThread::~BatchThread() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void BatchThread::push(std::unique_ptr<Task> task) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = queue_.empty();
    queue_.push_back(std::move(task));
  }
  if (was_empty) wake_.notify_one();
}

void BatchThread::loop() {
  for (;;) {
    std::vector<std::unique_ptr<Task>> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto n = static_cast<std::ptrdiff_t>(std::min(queue_.size(), batch_max_));
      batch.assign(std::move_iterator(queue_.begin()), std::move_iterator(queue_.begin() + n));
      queue_.erase(queue_.begin(), queue_.begin() + n);
    }
    run_batch(batch);
  }
}

void BatchThread::run_batch(std::vector<std::unique_ptr<Task>>& batch) {
  Result<void> outcome = hooks_.begin ? hooks_.begin() : Result<void>();
  if (outcome) {
    for (auto& task : batch) task->execute();
    if (hooks_.commit) outcome = hooks_.commit();
  }
  if (!outcome) {
    for (auto& task : batch) task->overrule(outcome.error());
  }
  // One hop back per run of tasks with the same executor, not one per task: under load a batch holds dozens.
  auto first = batch.begin();
  while (first != batch.end()) {
    const auto last =
        std::find_if(first, batch.end(), [&](const auto& task) { return task->work != (*first)->work; });
    auto executor = (*first)->work;
    boost::asio::post(executor, [tasks = std::vector<std::unique_ptr<Task>>(
                                     std::move_iterator(first), std::move_iterator(last))]() mutable {
      for (auto& task : tasks) {
        const std::unique_ptr<Task> owned = std::move(task);  // Freed as soon as its caller goes on.
        owned->resume();
      }
    });
    first = last;
  }
}

}  // namespace cutroom
