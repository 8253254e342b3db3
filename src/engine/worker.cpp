#include "engine/worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace cutroom::engine {

using boost::asio::awaitable;

namespace {

// A job that could not be settled keeps its lease until that runs out, and is then recovered.
void report_unsettled(const jobs::Job& job, const Result<void>& settled) {
  if (settled) return;
  if (settled.error().code == Errc::lease_lost)
    log::warn("job {}: the lease was lost; its result is dropped", job.id);
  else
    log::error("job {}: could not be settled: {} {}", job.id, settled.error().text(), settled.error().detail);
}

}  // namespace

// One job that this worker runs now.
struct Worker::Running {
  enum class Ended : std::uint8_t { no, timed_out, lease_lost, shutdown };

  Running(jobs::LeasedJob leased, boost::asio::any_io_executor executor)
      : job(std::move(leased.job)), lease(std::move(leased.lease)), done(std::move(executor)) {}

  void end(Ended why) {
    if (ended == Ended::no) ended = why;
    stop.request_stop();
  }

  jobs::Job job;
  jobs::Lease lease;
  StepTimes times;
  std::stop_source stop;
  Ended ended = Ended::no;
  bool path_returned = false;
  bool keep_alive_returned = false;
  Signal done;  // One of the two has returned.
};

Worker::Worker(boost::asio::any_io_executor executor, jobs::JobStore& store, JobPath& path,
               Estimator& estimator, const Clock& clock, WorkerOptions options)
    : executor_(executor),
      store_(store),
      path_(path),
      estimator_(estimator),
      clock_(clock),
      options_(std::move(options)),
      work_(executor),
      slot_ended_(executor) {}

Worker::~Worker() = default;

void Worker::start() {
  for (std::size_t i = 0; i < options_.slots; ++i) {
    ++slots_open_;
    boost::asio::co_spawn(executor_, slot(), [this](std::exception_ptr bug) {
      --slots_open_;
      slot_ended_.notify();
      if (bug)
        std::rethrow_exception(bug);  // A bug outside any job: the process ends, leases bring the jobs back.
    });
  }
}

awaitable<void> Worker::stop(Millis grace) {
  stopping_ = true;
  work_.notify();
  const TimePoint deadline = clock_.now() + grace;
  while (slots_open_ > 0) {
    const auto ticket = slot_ended_.ticket();
    const Millis left = deadline - clock_.now();
    if (left <= Millis{0}) break;
    co_await slot_ended_.wait(ticket, left);
  }
  for (Running& running : running_) running.end(Running::Ended::shutdown);
  while (slots_open_ > 0) co_await slot_ended_.wait(slot_ended_.ticket());
}

awaitable<void> Worker::slot() {
  while (!stopping_) {
    const auto ticket = work_.ticket();
    jobs::ClaimOptions options{
        .queue = options_.queue, .worker = options_.name, .lease = options_.lease, .now = clock_.now()};
    auto claim = co_await store_.claim(std::move(options));
    if (!claim) {
      log::error("{}: claim failed: {} {}", options_.queue, claim.error().text(), claim.error().detail);
      if (!stopping_) co_await work_.wait(work_.ticket(), options_.store_pause);
    } else if (claim->job) {
      co_await run_one(std::move(*claim->job));
    } else if (!stopping_) {
      std::optional<Millis> until_due;
      if (claim->due) until_due = std::max(*claim->due - clock_.now(), Millis{1});
      co_await work_.wait(ticket, until_due);
    }
  }
}

awaitable<void> Worker::run_one(jobs::LeasedJob leased) {
  running_.emplace_back(std::move(leased), executor_);
  const auto running = std::prev(running_.end());
  boost::asio::co_spawn(executor_, keep_alive(*running), [running](std::exception_ptr bug) {
    running->keep_alive_returned = true;
    running->done.notify();
    if (bug) std::rethrow_exception(bug);
  });

  Attempt attempt{.job = running->job,
                  .stop = running->stop.get_token(),
                  .report =
                      [this, running](int percent) {
                        // Not awaited: progress may be lost, the job must not wait for it.
                        boost::asio::co_spawn(executor_, store_.report_progress(running->lease, percent),
                                              [](std::exception_ptr, const Result<void>&) {});
                      },
                  .times = running->times};
  Result<std::string> result = Error{.code = Errc::internal};
  try {
    result = co_await path_.run(attempt);
  } catch (const std::exception& bug) {
    // One photo must not take the process down with it.
    result = Error{.code = Errc::internal, .detail = bug.what()};
  }

  running->path_returned = true;
  running->done.notify();
  while (!running->keep_alive_returned) co_await running->done.wait(running->done.ticket());
  co_await settle(*running, result);
  estimator_.ended(options_.queue, running->job.processed_at.value_or(clock_.now()), clock_.now());
  running_.erase(running);
}

// Renews the lease and watches the job's time until its path returns.
awaitable<void> Worker::keep_alive(Running& running) {
  const TimePoint deadline = clock_.now() + running.job.timeout;
  TimePoint next_renewal = clock_.now() + options_.lease / 3;
  while (!running.path_returned) {
    const TimePoint now = clock_.now();
    if (running.ended == Running::Ended::no && now >= deadline) running.end(Running::Ended::timed_out);
    if (now >= next_renewal) {
      const auto renewed = co_await store_.extend_lease(running.lease, options_.lease, now);
      if (!renewed && renewed.error().code == Errc::lease_lost) running.end(Running::Ended::lease_lost);
      next_renewal = now + options_.lease / 3;
      continue;
    }
    const TimePoint next =
        running.ended == Running::Ended::no ? std::min(deadline, next_renewal) : next_renewal;
    co_await running.done.wait(running.done.ticket(), next - now);
  }
}

awaitable<void> Worker::settle(Running& running, const Result<std::string>& result) {
  Result<void> settled;
  switch (running.ended) {
    case Running::Ended::lease_lost:
      log::warn("job {}: the lease was lost; its result is dropped", running.job.id);
      co_return;
    case Running::Ended::shutdown:
      if (!result) {
        settled = co_await store_.release(running.lease, clock_.now());
        break;
      }
      [[fallthrough]];  // It ended in time after all.
    case Running::Ended::timed_out:
    case Running::Ended::no:
      if (result) {
        settled = co_await store_.complete(running.lease, *result, clock_.now());
        break;
      }
      if (running.ended == Running::Ended::timed_out) {
        const auto seconds = std::chrono::duration<double>(running.job.timeout).count();
        const Error too_long{.code = Errc::timed_out,
                             .message = fmt::format("Took longer than {} s", seconds)};
        co_await settle_failure(running, too_long);
      } else {
        co_await settle_failure(running, result.error());
      }
      co_return;
  }
  report_unsettled(running.job, settled);
}

awaitable<void> Worker::settle_failure(Running& running, const Error& error) {
  const jobs::Job& job = running.job;
  const std::string reason = error.text();
  const auto backoff =
      error.retryable() ? jobs::next_backoff(job.retry, job.attempts_made + 1) : std::optional<Millis>();
  log::info("job {}: attempt {} failed: {}{}{}", job.id, job.attempts_made + 1, reason,
            error.detail.empty() ? "" : " | ", error.detail);
  Result<void> settled;
  if (backoff) {
    settled = co_await store_.fail_and_retry_at(running.lease, reason, clock_.now() + *backoff, clock_.now());
  } else {
    co_await path_.gave_up(job, reason);
    settled = co_await store_.fail(running.lease, reason, clock_.now());
  }
  report_unsettled(job, settled);
}

}  // namespace cutroom::engine
