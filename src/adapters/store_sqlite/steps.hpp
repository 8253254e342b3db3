// The functions of jobs/job_store.hpp as plain functions: each changes tables and memory alike, inside the
// transaction that begin() opened and commit() ends.
//
// An error of the tables in the middle of a step leaves it half done, so it spoils the whole transaction:
// commit() rolls back, builds the memory anew from the tables and answers that error for every step since
// begin().
//
// Threads: the store's thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/store_sqlite/live_jobs.hpp"
#include "adapters/store_sqlite/tables.hpp"
#include "jobs/job_moves.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_sqlite {

class Steps {
 public:
  Steps(sqlite_handle::Database database) : tables_(std::move(database)) {}

  // Reads the tables; before everything else.
  Result<void> load();

  Result<void> begin();
  Result<void> commit();
  // The queues to be told of, after a commit.
  const std::set<std::string>& told() const { return told_; }
  // The active jobs that were cancelled, after a commit.
  const std::vector<jobs::JobId>& cancelled() const { return cancelled_; }
  // Set when the transaction is spoilt: further steps in it are in vain.
  const std::optional<Error>& failure() const { return tables_.failure(); }

  Result<jobs::Accepted> accept(const jobs::Handover&, TimePoint now);
  Result<std::optional<jobs::Accepted>> repeated(const jobs::Once&, TimePoint now);
  Result<jobs::Claim> claim(const jobs::ClaimOptions&);
  Result<TimePoint> extend_lease(const jobs::Lease&, Millis lease, TimePoint now);
  Result<void> report_progress(const jobs::Lease&, int percent);
  Result<jobs::Settled> settle(const jobs::Lease&, jobs::Settlement, TimePoint now);
  Result<jobs::Recovered> recover_expired(TimePoint now);
  Result<jobs::Job> get(const jobs::JobId&);
  Result<jobs::QueueCounts> counts(const std::string& queue);
  Result<jobs::JobPage> list(const jobs::JobFilter&, const std::optional<jobs::JobId>& older_than,
                             std::size_t limit);
  Result<std::vector<jobs::AttemptLog>> log(const jobs::JobId&);
  Result<jobs::Batch> batch(const jobs::BatchId&);
  Result<jobs::Cancelled> cancel(const jobs::JobId&, const std::vector<jobs::NewJob>& follow_ups,
                                 TimePoint now);
  Result<void> promote(const jobs::JobId&);
  Result<void> retry(const jobs::JobId&);
  Result<void> remove(const jobs::JobId&, TimePoint now);
  Result<std::size_t> remove_waiting(const std::string& queue, const std::optional<std::string>& vendor,
                                     TimePoint now);
  Result<std::size_t> prune(const jobs::PruneRule&);
  Result<void> set_paused(const std::string& queue, bool paused);
  Result<void> set_share(const std::string& vendor, const jobs::VendorShare&);

 private:
  // not_found. The job as it stands, `paused` shown as `waiting`.
  Result<JobRow> find(const jobs::JobId&);
  Result<JobNumber> find_leased(const jobs::Lease&) const;
  Result<std::vector<jobs::JobId>> add_all(const std::vector<jobs::NewJob>&, std::optional<JobNumber> batch,
                                           TimePoint now);
  // Ends the lease of an active job by `move` and says which batch is done with it; `run_at` with retry_at.
  Result<std::optional<jobs::BatchId>> end_lease(JobNumber, jobs::Move move, AttemptRow, TimePoint now,
                                                 std::optional<TimePoint> run_at = {});
  // Takes a waiting or delayed job out of its queue's order.
  Result<void> take_out(const JobRow&, Queue&, JobNumber);
  Result<void> forget(const JobRow&);
  // The batch as this transaction has it so far; written by flush().
  Result<BatchRow*> batch_row(JobNumber);
  Result<std::optional<jobs::BatchId>> close_if_done(BatchRow&, TimePoint now);
  Result<JobNumber> list_from(const jobs::JobFilter&, JobNumber below) const;
  // The job as list() shows it, where it is one that the filter means.
  Result<std::optional<jobs::Job>> listed(const jobs::JobFilter&, JobNumber);
  Result<jobs::JobPage> list_failed(const jobs::JobFilter&, JobNumber below, std::size_t limit);
  Result<void> promote_due(Queue&, TimePoint now);
  Result<void> flush();
  void touch(Queue& queue) { touched_.insert(&queue); }
  void tell(const Queue& queue) { told_.insert(queue.row.name); }

  Tables tables_;
  LiveJobs live_;
  bool stale_ = true;  // live_ is not what the tables say.
  // What the transaction has changed and flush() will write, once per row instead of once per step.
  std::set<Queue*> touched_;
  std::unordered_map<LaneId, double> finishes_;
  std::uint64_t next_number_saved_ = 0;
  std::set<std::string> told_;
  std::vector<jobs::JobId> cancelled_;
  std::unordered_map<JobNumber, BatchRow> batches_;
  std::map<std::pair<QueueId, jobs::JobState>, JobNumber> prune_from_;  // Where prune() goes on.
};

}  // namespace cutroom::store_sqlite
