// Claims jobs of one queue and sees each to an end: `slots` of them at a time. Lives on the I/O thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "engine/announcer.hpp"
#include "engine/estimator.hpp"
#include "engine/follow_ups.hpp"
#include "engine/job_path.hpp"
#include "engine/signal.hpp"
#include "engine/usage_counter.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

struct WorkerOptions {
  std::string queue;
  std::size_t slots = 3;
  std::string name;           // Of this process, in logs.
  Millis lease{30'000};       // Renewed every third of it.
  Millis store_pause{1'000};  // After an error of the store, before it is asked again.
  // So long an idle slot waits to be told of work; then it looks. None: for ever, as every job is told of.
  std::optional<Millis> look_again{};
};

class Worker {
 public:
  struct Parts {
    jobs::JobStore& store;
    JobPath& path;
    Estimator& estimator;
    Announcer& announcer;
    const Clock& clock;
    FollowUps follow_ups = no_follow_ups;
    UsageCounter* usage = nullptr;  // Told of each job that has ended for good; none: nobody counts.
  };
  Worker(boost::asio::any_io_executor, Parts, WorkerOptions);
  ~Worker();  // After stop() only.

  void start();
  // Something may be claimable in the queue.
  void wake() { work_.notify(); }

  // Stops the job where it runs here; it fails at its next step.
  void cancel(const jobs::JobId&);

  // Claims nothing more; lets running jobs end within `grace`, then stops them and gives their leases back
  // without counting an attempt. Returns when no job of it runs any more.
  boost::asio::awaitable<void> stop(Millis grace);

  std::vector<jobs::JobId> running_jobs() const;  // As many as there are slots at most.
  const std::string& queue() const { return options_.queue; }
  std::size_t slots() const { return options_.slots; }

 private:
  struct Running;

  void open_slot();
  // Claims until it has a job, and sees it to its end; another slot is opened in its place when it has run.
  boost::asio::awaitable<void> slot();
  boost::asio::awaitable<void> run_one(jobs::LeasedJob);
  boost::asio::awaitable<void> keep_alive(Running&);
  boost::asio::awaitable<void> settle(Running&, Result<std::string>);
  boost::asio::awaitable<void> settle_failure(Running&, const Error&);
  boost::asio::awaitable<bool> settle_as(Running&, jobs::Settlement);
  void count(const Running&, const std::string& result_json);

  boost::asio::any_io_executor executor_;
  Parts parts_;
  WorkerOptions options_;

  Signal work_;  // A claim may succeed, or stopping_ has changed.
  Signal slot_ended_;
  std::list<Running> running_;  // Until the store knows of their end.
  std::size_t slots_open_ = 0;  // Those whose job's end is being stored, too.
  bool stopping_ = false;
};

}  // namespace cutroom::engine
