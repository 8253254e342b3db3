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
#include "jobs/job_moves.hpp"

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

// A caller's word that what it sends with the same key is the same call, so that a repeated one is done once.
struct Once {
  std::string scope;        // Whose key it is.
  std::string key;          // The caller's own.
  std::string fingerprint;  // Of the call: another call with the same key is a mistake.
  std::string note;         // Given back with each repetition.
};

// Keys are remembered for so long; then a repeated call is a new one.
inline constexpr Millis kOnceKept{24 * 3'600'000};

// Jobs as they are handed in together.
struct Handover {
  std::vector<NewJob> jobs;
  bool as_batch = false;  // All of one queue and vendor, at least one.
  std::optional<Once> once{};
  // Accepted when the last job of the batch has ended, in the same step; {batch} in its payload stands for
  // the id.
  std::optional<NewJob> after_batch{};
};

struct Accepted {
  std::vector<JobId> ids;  // In the order handed over.
  std::optional<BatchId> batch;
  bool repeated = false;  // Nothing was added: these are the ids of the first call with the key.
  std::string note;       // That call's.
  bool operator==(const Accepted&) const = default;
};

// How an attempt ends that the worker itself ends.
struct Settlement {
  Move move = Move::release;          // complete, fail, retry_at or release.
  std::string text{};                 // complete: the result's JSON. fail, retry_at: the reason.
  std::optional<TimePoint> run_at{};  // With retry_at.
  std::string steps_json{};           // For the log.
  std::vector<NewJob> follow_ups{};   // Accepted in the same step.
};

struct Settled {
  std::optional<BatchId> batch_done;  // The batch whose last job this was.
  bool operator==(const Settled&) const = default;
};

struct Cancelled {
  bool is_stopping = false;  // It is active: its worker was told, and it fails at its next step.
  std::optional<BatchId> batch_done;
  bool operator==(const Cancelled&) const = default;
};

// What a cancelled job gives as its reason.
inline constexpr std::string_view kCancelledReason = "Cancelled";

struct Recovered {
  std::vector<JobId> waiting;  // Will run again.
  std::vector<JobId> failed;   // Their workers died once too often, or they had been cancelled.
  std::vector<BatchId> batches_done;
  bool operator==(const Recovered&) const = default;
};

// Which jobs are meant; what is not set means all.
struct JobFilter {
  std::optional<std::string> queue{};
  std::optional<JobState> state{};  // `paused` means waiting in a paused queue.
  std::optional<std::string> vendor{};
  std::optional<std::string> project{};
  std::optional<BatchId> batch{};
  std::optional<TimePoint> since{};  // Created at or after.
  std::optional<TimePoint> until{};  // Created before.
};

struct JobPage {
  std::vector<Job> jobs;  // Newest first.
  // Where to go on: jobs older than this one. None at the end. A page may be short, even empty, and yet not
  // be the last: one step looks at kListSpan ids at most.
  std::optional<JobId> older_than;
};

inline constexpr std::uint64_t kListSpan = 4'096;

// Which ended jobs are to be forgotten.
struct PruneRule {
  std::string queue;
  JobState state = JobState::completed;  // Or failed.
  TimePoint ended_before{};
  std::uint64_t keep_newest_max = 0;  // Beyond so many the oldest go too, whatever their age.
};

// A lease may run out this often before the job is a dead letter: the photo may be what kills the worker.
inline constexpr int kStallsMax = 3;

// One claim makes at most this many due jobs waiting, the longest due first, so that its time is bounded; the
// next claim goes on. Removing and pruning go on in steps of as many.
inline constexpr std::size_t kPromoteMax = 1'000;
inline constexpr std::size_t kRemoveMax = 1'000;

class JobStore {
 public:
  virtual ~JobStore() = default;

  // Called with the queue's name whenever a job may have become claimable there that was not before, or a
  // delayed job's due time came nearer; on the executor given at construction, after the commit. Spurious
  // calls are fine, missing ones are not. Set once, before the first job.
  virtual void on_work(std::function<void(const std::string& queue)>) = 0;
  // The same for an active job that somebody has cancelled.
  virtual void on_cancel(std::function<void(const JobId&)>) = 0;

  // Accepts all of them or none. invalid_input: jobs/new_job_rules.hpp. idempotency_conflict: the key belongs
  // to another call.
  virtual boost::asio::awaitable<Result<Accepted>> accept(Handover, TimePoint now) = 0;
  // Whether make_durable() can keep its promise for this queue: who would be asked, as that takes it.
  // invalid_input (options.durable).
  virtual boost::asio::awaitable<Result<std::string>> check_durable(std::string queue);
  // Returns once all that was accepted in the queue since `witness` was named outlives the end of the machine
  // that took it. The embedded stores answer nothing before. unavailable: not in time, or another machine has
  // taken over; then it may be so all the same.
  virtual boost::asio::awaitable<Result<void>> make_durable(std::string queue, std::string witness);

  // What accept() would answer a repeated call; nothing where it would be the first with its key.
  // idempotency_conflict.
  virtual boost::asio::awaitable<Result<std::optional<Accepted>>> repeated(Once, TimePoint now) = 0;
  // Without batch and key.
  boost::asio::awaitable<Result<std::vector<JobId>>> add(std::vector<NewJob>, TimePoint now);

  // Leases the next job of the queue in fair order (jobs/fair_order.hpp). Delayed jobs that are due are
  // waiting ones first. Nothing from a paused queue. A lease, not a pop: a worker that dies must not lose the
  // job.
  virtual boost::asio::awaitable<Result<Claim>> claim(ClaimOptions) = 0;

  // Lease kept for another `lease` from `now`. lease_lost: somebody else has the job, or it has ended; the
  // caller stops working on it and drops what it has.
  virtual boost::asio::awaitable<Result<TimePoint>> extend_lease(Lease, Millis lease, TimePoint now) = 0;

  // Percent, brought into 0..100, for who asks get(). May be forgotten in a crash. lease_lost as above.
  virtual boost::asio::awaitable<Result<void>> report_progress(Lease, int percent) = 0;

  // Ends the lease well. lease_lost where it is not the job's present one; then nothing has changed. An
  // expired lease that nobody has recovered yet still counts. A released job goes back to its old place among
  // the waiting, neither attempt nor stall counted. A cancelled job that is released or to be retried fails.
  virtual boost::asio::awaitable<Result<Settled>> settle(Lease, Settlement, TimePoint now) = 0;
  // The four ways by name, with nothing beside.
  boost::asio::awaitable<Result<void>> complete(Lease, std::string result_json, TimePoint now);
  boost::asio::awaitable<Result<void>> fail(Lease, std::string reason, TimePoint now);
  boost::asio::awaitable<Result<void>> fail_and_retry_at(Lease, std::string reason, TimePoint run_at,
                                                         TimePoint now);
  boost::asio::awaitable<Result<void>> release(Lease, TimePoint now);

  // Takes back every lease that ended before `now`: a stall is counted; beyond kStallsMax the job fails,
  // finished when its lease ended. Both lists by age. The embedded stores belong to one process, which calls
  // this with TimePoint::max() when it starts: whoever held a lease then is dead.
  virtual boost::asio::awaitable<Result<Recovered>> recover_expired(TimePoint now) = 0;

  // not_found.
  virtual boost::asio::awaitable<Result<Job>> get(JobId) = 0;
  // Zeroes for a queue that nobody has used.
  virtual boost::asio::awaitable<Result<QueueCounts>> counts(std::string queue) = 0;
  // Newest first, at most `limit`. A cursor stays good whatever happens to the jobs.
  virtual boost::asio::awaitable<Result<JobPage>> list(JobFilter, std::optional<JobId> older_than,
                                                       std::size_t limit) = 0;
  // The attempts that have ended, oldest first. not_found.
  virtual boost::asio::awaitable<Result<std::vector<AttemptLog>>> log(JobId) = 0;
  // not_found.
  virtual boost::asio::awaitable<Result<Batch>> batch(BatchId) = 0;

  // A waiting or delayed job fails now with kCancelledReason, its follow-ups are accepted; an active one is
  // marked and on_cancel tells its worker (whose settlement brings follow-ups of its own). not_found;
  // conflict where it has ended.
  virtual boost::asio::awaitable<Result<Cancelled>> cancel(JobId, std::vector<NewJob> follow_ups,
                                                           TimePoint now) = 0;
  // A delayed job waits now. not_found, conflict.
  virtual boost::asio::awaitable<Result<void>> promote(JobId) = 0;
  // A dead letter waits again, at the end of its vendor's line, with all attempts before it. not_found,
  // conflict.
  virtual boost::asio::awaitable<Result<void>> retry(JobId, TimePoint now) = 0;
  // Forgets a job that is not active. not_found, conflict.
  virtual boost::asio::awaitable<Result<void>> remove(JobId, TimePoint now) = 0;
  // Forgets waiting jobs of the queue, the newest first, of one vendor where it is given; how many. Less than
  // kRemoveMax: none are left.
  virtual boost::asio::awaitable<Result<std::size_t>> remove_waiting(std::string queue,
                                                                     std::optional<std::string> vendor,
                                                                     TimePoint now) = 0;
  // Forgets ended jobs, the oldest first; how many. 0: none are left until time passes.
  virtual boost::asio::awaitable<Result<std::size_t>> prune(PruneRule) = 0;

  // A paused queue accepts jobs and lets running ones end, but gives out none. Kept over a restart.
  virtual boost::asio::awaitable<Result<void>> set_paused(std::string queue, bool paused) = 0;
  // The vendor's share in every queue. Kept over a restart. invalid_input: weight not > 0.
  virtual boost::asio::awaitable<Result<void>> set_share(std::string vendor, VendorShare) = 0;
};

}  // namespace cutroom::jobs
