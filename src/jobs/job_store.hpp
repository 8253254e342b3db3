// PORT. Where jobs live from being accepted to being forgotten.
//
// Each function is one atomic step: it happens completely or not at all, and what it answers is durable (as
// durable as the store is: store_memory isn't). How (one SQL transaction, one Lua script) is the adapter's
// business. tests/conformance holds every adapter to what is written here.
//
// Threads: call from a coroutine on any executor; it resumes there. `now` comes from the caller, so rules
// about time can be tested without waiting. Errors beyond those named: storage_failed, unavailable
// (stopping).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "jobs/fair_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::jobs {

struct ClaimOptions {
  std::string queue;
  std::string worker;  // Who asks, for people who read the log.
  Millis lease{30'000};
  TimePoint now{};
};

struct Claim {
  std::optional<LeasedJob> job;
  // Where no job: the time the earliest delayed job of the queue is due, so that the caller can wait for it.
  // None for a paused queue: on_work tells when that ends.
  std::optional<TimePoint> due;
};

struct Recovered {
  std::vector<JobId> waiting;  // Will run again.
  std::vector<JobId> failed;   // Their workers died once too often.
};

// A lease may run out this often before the job is a dead letter: the photo may be what kills the worker.
inline constexpr int kStallsMax = 3;

// One claim makes at most this many due jobs waiting, the longest due first, so that its time is bounded; the
// next claim goes on.
inline constexpr std::size_t kPromoteMax = 1'000;

class JobStore {
 public:
  virtual ~JobStore() = default;

  // Called with the queue's name whenever a job may have become claimable there that was not before, or a
  // delayed job's due time came nearer; on the executor given at construction, after the commit. Spurious
  // calls are fine, missing ones are not. Set once, before the first job.
  virtual void on_work(std::function<void(const std::string& queue)>) = 0;

  // Accepts all of them or none, in this order; ids in the same order. invalid_input: jobs/new_job_rules.hpp.
  virtual boost::asio::awaitable<Result<std::vector<JobId>>> add(std::vector<NewJob>, TimePoint now) = 0;

  // Leases the next job of the queue in fair order (jobs/fair_order.hpp). Delayed jobs that are due are
  // waiting ones first. Nothing from a paused queue. A lease, not a pop: a worker that dies must not lose the
  // job.
  virtual boost::asio::awaitable<Result<Claim>> claim(ClaimOptions) = 0;

  // Lease kept for another `lease` from `now`. lease_lost: somebody else has the job, or it has ended; the
  // caller stops working on it and drops what it has.
  virtual boost::asio::awaitable<Result<TimePoint>> extend_lease(Lease, Millis lease, TimePoint now) = 0;

  // Percent, brought into 0..100, for who asks get(). May be forgotten in a crash. lease_lost as above.
  virtual boost::asio::awaitable<Result<void>> report_progress(Lease, int percent) = 0;

  // The four ways in which a lease ends well. Each: lease_lost where the lease is not the job's present one;
  // then nothing has changed. An expired lease that nobody has recovered yet still counts.
  virtual boost::asio::awaitable<Result<void>> complete(Lease, std::string result_json, TimePoint now) = 0;
  virtual boost::asio::awaitable<Result<void>> fail(Lease, std::string reason, TimePoint now) = 0;
  virtual boost::asio::awaitable<Result<void>> fail_and_retry_at(Lease, std::string reason, TimePoint run_at,
                                                                 TimePoint now) = 0;
  // Back to its old place among the waiting; neither attempt nor stall counted.
  virtual boost::asio::awaitable<Result<void>> release(Lease, TimePoint now) = 0;

  // Takes back every lease that ended before `now`: a stall is counted; beyond kStallsMax the job fails,
  // finished when its lease ended. Both lists by age. The embedded stores belong to one process, which calls
  // this with TimePoint::max() when it starts: whoever held a lease then is dead.
  virtual boost::asio::awaitable<Result<Recovered>> recover_expired(TimePoint now) = 0;

  // not_found.
  virtual boost::asio::awaitable<Result<Job>> get(JobId) = 0;
  // Zeroes for a queue that nobody has used.
  virtual boost::asio::awaitable<Result<QueueCounts>> counts(std::string queue) = 0;

  // A dead letter waits again, at the end of its vendor's line, with all attempts before it. not_found,
  // conflict.
  virtual boost::asio::awaitable<Result<void>> retry(JobId, TimePoint now) = 0;
  // Forgets a job that is not active. not_found, conflict.
  virtual boost::asio::awaitable<Result<void>> remove(JobId) = 0;

  // A paused queue accepts jobs and lets running ones end, but gives out none. Kept over a restart.
  virtual boost::asio::awaitable<Result<void>> set_paused(std::string queue, bool paused) = 0;
  // The vendor's share in every queue. Kept over a restart. invalid_input: weight not > 0.
  virtual boost::asio::awaitable<Result<void>> set_share(std::string vendor, VendorShare) = 0;
};

}  // namespace cutroom::jobs
