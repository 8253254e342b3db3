// One thread that owns something which wants its work in batches: all that has queued up while the last batch
// ran becomes the next batch. For a database that is group commit: `begin` opens the transaction, `commit`
// makes it durable, and only then is each caller answered.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"

namespace cutroom {

class BatchThread {
 public:
  struct Hooks {
    // Called on the thread around each batch. A failed begin or commit becomes the answer of every
    // write in the batch; the owner must then bring its own memory back to what is on disk.
    std::function<Result<void>()> begin;
    std::function<Result<void>()> commit;
  };

  // `name` is what the thread is called in ps and debuggers (15 characters at most).
  // `batch_max` bounds how long the first caller of a batch waits for the last.
  BatchThread(std::string name, Hooks hooks, std::size_t batch_max = 512);
  // Runs what is queued, then joins.
  ~BatchThread();
  BatchThread(const BatchThread&) = delete;
  BatchThread& operator=(const BatchThread&) = delete;

  // Runs `fn`, which returns a Result, on the thread, inside a batch; resumes the caller on its own executor
  // after the commit.
  template <class Fn>
  boost::asio::awaitable<std::invoke_result_t<Fn&>> run(Fn fn) {
    using R = std::invoke_result_t<Fn&>;
    std::optional<R> answer;
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [&](auto handler) {
          boost::asio::any_io_executor executor = boost::asio::get_associated_executor(handler);
          using Handler = std::decay_t<decltype(handler)>;
          push(std::make_unique<TaskOf<Fn, R, Handler>>(std::move(executor), fn, answer, std::move(handler)));
        },
        boost::asio::use_awaitable);
    co_return std::move(*answer);
  }

 private:
  struct Task {
    explicit Task(boost::asio::any_io_executor executor)
        : work(boost::asio::prefer(std::move(executor), boost::asio::execution::outstanding_work.tracked)) {}
    virtual ~Task() = default;
    virtual void execute() = 0;               // On the thread.
    virtual void overrule(const Error&) = 0;  // On the thread: begin or commit failed.
    virtual void resume() = 0;                // On the caller's executor.
    boost::asio::any_io_executor work;
  };

  template <class Fn, class R, class Handler>
  struct TaskOf final : Task {
    TaskOf(boost::asio::any_io_executor executor, Fn& f, std::optional<R>& a, Handler h)
        : Task(std::move(executor)), fn(f), answer(a), handler(std::move(h)) {}
    void execute() override { answer.emplace(fn()); }
    void overrule(const Error& error) override { answer.emplace(error); }
    void resume() override { std::move(handler)(); }
    Fn& fn;  // Both live in the waiting coroutine's frame.
    std::optional<R>& answer;
    Handler handler;
  };

  void push(std::unique_ptr<Task>);
  void loop();
  void run_batch(std::vector<std::unique_ptr<Task>>&);

  const Hooks hooks_;
  const std::size_t batch_max_;
  std::mutex mutex_;  // Guards queue_ and stopping_, the only things two threads touch.
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Task>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cutroom
