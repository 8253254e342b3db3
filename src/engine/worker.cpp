#include "engine/worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "engine/job_facts.hpp"

namespace cutroom::engine {

using boost::asio::awaitable;

namespace {

// A job that could not be settled keeps its lease until that runs out, and is then recovered.
void report_unsettled(const jobs::Job& job, const Error& error) {
  if (error.code == Errc::lease_lost)
    log::warn("job {}: the lease was lost; its result is dropped", job.id);
  else
    log::error("job {}: could not be settled: {} {}", job.id, error.text(), error.detail);
}

// [["fetch", 12.3], ...], in milliseconds.
std::string steps_json(const StepTimes& times) {
  std::string out = "[";
  for (const auto& [name, took] : times.steps())
    fmt::format_to(std::back_inserter(out), R"({}["{}",{:.1f}])", out.size() > 1 ? "," : "", name,
                   static_cast<double>(took.count()) / 1000.0);
  return out + "]";
}

}  // namespace

// One job that this worker runs now.
struct Worker::Running {
  enum class Ended : std::uint8_t { no, timed_out, lease_lost, shutdown, cancelled };

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
  std::optional<jobs::BatchId> batch_done;  // Set where this job was the last of its batch to end.
  Signal done;                              // One of the two has returned.
};

Worker::Worker(boost::asio::any_io_executor executor, Parts parts, WorkerOptions options)
    : executor_(executor),
      parts_(std::move(parts)),
      options_(std::move(options)),
      work_(executor),
      slot_ended_(executor) {}

Worker::~Worker() = default;

void Worker::start() {
  for (std::size_t i = 0; i < options_.slots; ++i) open_slot();
}

void Worker::open_slot() {
  ++slots_open_;
  boost::asio::co_spawn(executor_, slot(), [this](std::exception_ptr bug) {
    --slots_open_;
    slot_ended_.notify();
    if (bug)
      std::rethrow_exception(bug);  // A bug outside any job: the process ends, leases bring the jobs back.
  });
}

void Worker::cancel(const jobs::JobId& id) {
  for (Running& running : running_)
    if (running.job.id == id) running.end(Running::Ended::cancelled);
}

awaitable<void> Worker::stop(Millis grace) {
  stopping_ = true;
  work_.notify();
  const TimePoint deadline = parts_.clock.now() + grace;
  while (slots_open_ > 0) {
    const auto ticket = slot_ended_.ticket();
    const Millis left = deadline - parts_.clock.now();
    if (left <= Millis{0}) break;
    co_await slot_ended_.wait(ticket, left);
  }
  for (Running& running : running_) running.end(Running::Ended::shutdown);
  while (slots_open_ > 0) co_await slot_ended_.wait(slot_ended_.ticket());
}

std::vector<jobs::JobId> Worker::running_jobs() const {
  std::vector<jobs::JobId> ids;
  for (const Running& running : running_)
    if (!running.path_returned) ids.push_back(running.job.id);
  return ids;
}

awaitable<void> Worker::slot() {
  // Behind what its opener has still to do: co_spawn would begin here before the job's end is on its way.
  co_await boost::asio::post(executor_, boost::asio::use_awaitable);
  while (!stopping_) {
    const auto ticket = work_.ticket();
    jobs::ClaimOptions options{
        .queue = options_.queue, .worker = options_.name, .lease = options_.lease, .now = parts_.clock.now()};
    auto claim = co_await parts_.store.claim(std::move(options));
    if (!claim) {
      log::error("{}: claim failed: {} {}", options_.queue, claim.error().text(), claim.error().detail);
      if (!stopping_) co_await work_.wait(work_.ticket(), options_.store_pause);
    } else if (claim->job) {
      co_return co_await run_one(std::move(*claim->job));
    } else if (!stopping_) {
      std::optional<Millis> longest = options_.look_again;
      if (claim->due) {
        const Millis until_due = std::max(*claim->due - parts_.clock.now(), Millis{1});
        longest = std::min(until_due, longest.value_or(until_due));
      }
      co_await work_.wait(ticket, longest);
    }
  }
}

awaitable<void> Worker::run_one(jobs::LeasedJob leased) {
  running_.emplace_back(std::move(leased), executor_);
  const auto running = std::prev(running_.end());
  parts_.announcer.active(running->job);
  boost::asio::co_spawn(executor_, keep_alive(*running), [running](std::exception_ptr bug) {
    running->keep_alive_returned = true;
    running->done.notify();
    if (bug) std::rethrow_exception(bug);
  });

  Attempt attempt{.job = running->job,
                  .stop = running->stop.get_token(),
                  .report =
                      [this, running](int percent) {
                        parts_.announcer.progress(running->job, percent);
                        // Not awaited: progress may be lost, the job must not wait for it.
                        boost::asio::co_spawn(executor_,
                                              parts_.store.report_progress(running->lease, percent),
                                              [](std::exception_ptr, const Result<void>&) {});
                      },
                  .times = running->times};
  Result<std::string> result = Error{.code = Errc::internal};
  try {
    result = co_await parts_.path.run(attempt);
  } catch (const std::exception& bug) {
    // One photo must not take the process down with it.
    result = Error{.code = Errc::internal, .detail = bug.what()};
  }

  running->path_returned = true;
  running->done.notify();
  while (!running->keep_alive_returned) co_await running->done.wait(running->done.ticket());
  // The slot is free now. Its next claim goes out right behind this job's end, not after the answer to it.
  if (!stopping_) open_slot();
  co_await settle(*running, std::move(result));
  // Last: who listens to the batch stops there, and should have heard of this job's end.
  co_await parts_.announcer.batch_done(std::move(running->batch_done));
  parts_.estimator.ended(options_.queue, running->job.processed_at.value_or(parts_.clock.now()),
                         parts_.clock.now());
  running_.erase(running);
}

// Renews the lease and watches the job's time until its path returns.
awaitable<void> Worker::keep_alive(Running& running) {
  const TimePoint deadline = parts_.clock.now() + running.job.timeout;
  TimePoint next_renewal = parts_.clock.now() + options_.lease / 3;
  while (!running.path_returned) {
    const TimePoint now = parts_.clock.now();
    if (running.ended == Running::Ended::no && now >= deadline) running.end(Running::Ended::timed_out);
    if (now >= next_renewal) {
      const auto renewed = co_await parts_.store.extend_lease(running.lease, options_.lease, now);
      if (!renewed && renewed.error().code == Errc::lease_lost) running.end(Running::Ended::lease_lost);
      next_renewal = now + options_.lease / 3;
      continue;
    }
    const TimePoint next =
        running.ended == Running::Ended::no ? std::min(deadline, next_renewal) : next_renewal;
    co_await running.done.wait(running.done.ticket(), next - now);
  }
}

awaitable<void> Worker::settle(Running& running, Result<std::string> result) {
  const jobs::Job& job = running.job;
  if (running.ended == Running::Ended::lease_lost) {
    log::warn("job {}: the lease was lost; its result is dropped", job.id);
    co_return;
  }
  if (result) {  // Perhaps in spite of a stop request that came too late.
    jobs::Settlement settlement{.move = jobs::Move::complete, .text = *result};
    settlement.follow_ups = parts_.follow_ups(job, jobs::JobState::completed, *result);
    if (co_await settle_as(running, std::move(settlement))) {
      count(running, *result);
      parts_.announcer.completed(job, std::move(*result));
    }
    co_return;
  }
  switch (running.ended) {
    case Running::Ended::shutdown: {
      jobs::Settlement settlement{.move = jobs::Move::release};
      if (co_await settle_as(running, std::move(settlement))) parts_.announcer.waiting(job);
      break;
    }
    case Running::Ended::timed_out: {
      const auto seconds = std::chrono::duration<double>(job.timeout).count();
      const Error error{.code = Errc::timed_out,
                        .message = fmt::format("The job timed out after {} s", seconds)};
      co_await settle_failure(running, error);
      break;
    }
    case Running::Ended::cancelled: {
      const Error error{.code = Errc::cancelled, .message = std::string(jobs::kCancelledReason)};
      co_await settle_failure(running, error);
      break;
    }
    case Running::Ended::lease_lost:
    case Running::Ended::no:
      co_await settle_failure(running, result.error());
      break;
  }
}

awaitable<void> Worker::settle_failure(Running& running, const Error& error) {
  const jobs::Job& job = running.job;
  jobs::Settlement settlement{.move = jobs::Move::fail, .text = error.text()};
  const std::string reason = settlement.text;
  const auto backoff =
      error.retryable() ? jobs::next_backoff(job.retry, job.attempts_made + 1) : std::optional<Millis>();
  log::info("job {}: attempt {} failed: {}{}{}", job.id, job.attempts_made + 1, reason,
            error.detail.empty() ? "" : " | ", error.detail);
  if (backoff) {
    settlement.move = jobs::Move::retry_at;
    settlement.run_at = parts_.clock.now() + *backoff;
    if (co_await settle_as(running, std::move(settlement))) parts_.announcer.delayed(job, reason);
    co_return;
  }
  co_await parts_.path.gave_up(job, reason);
  settlement.follow_ups = parts_.follow_ups(job, jobs::JobState::failed, reason);
  if (!co_await settle_as(running, std::move(settlement))) co_return;
  count(running, {});
  parts_.announcer.failed(job, reason);
}

void Worker::count(const Running& running, const std::string& result_json) {
  if (parts_.usage != nullptr)
    parts_.usage->count(running.job.vendor, job_facts(running.job, result_json, parts_.clock.now()));
}

awaitable<bool> Worker::settle_as(Running& running, jobs::Settlement settlement) {
  settlement.steps_json = steps_json(running.times);
  auto settled = co_await parts_.store.settle(running.lease, std::move(settlement), parts_.clock.now());
  if (!settled) {
    report_unsettled(running.job, settled.error());
    co_return false;
  }
  running.batch_done = std::move(settled->batch_done);
  co_return true;
}

}  // namespace cutroom::engine
