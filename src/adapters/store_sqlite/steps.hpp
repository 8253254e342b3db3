// The functions of jobs/job_store.hpp as plain functions: each changes tables and memory alike, inside the
// transaction that begin() opened and commit() ends.
//
// An error of the tables in the middle of a step leaves it half done, so it spoils the whole transaction:
// commit() rolls back, builds the memory anew from the tables and answers that error for every step since
// begin().
//
// Threads: the store's thread only.
#pragma once

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
  // Set when the transaction is spoilt: further steps in it are in vain.
  const std::optional<Error>& failure() const { return tables_.failure(); }

  Result<std::vector<jobs::JobId>> add(const std::vector<jobs::NewJob>&, TimePoint now);
  Result<jobs::Claim> claim(const jobs::ClaimOptions&);
  Result<TimePoint> extend_lease(const jobs::Lease&, Millis lease, TimePoint now);
  Result<void> report_progress(const jobs::Lease&, int percent);
  Result<void> complete(const jobs::Lease&, const std::string& result_json, TimePoint now);
  Result<void> fail(const jobs::Lease&, const std::string& reason, TimePoint now);
  Result<void> fail_and_retry_at(const jobs::Lease&, const std::string& reason, TimePoint run_at);
  Result<void> release(const jobs::Lease&);
  Result<jobs::Recovered> recover_expired(TimePoint now);
  Result<jobs::Job> get(const jobs::JobId&);
  Result<jobs::QueueCounts> counts(const std::string& queue);
  Result<void> retry(const jobs::JobId&);
  Result<void> remove(const jobs::JobId&);
  Result<void> set_paused(const std::string& queue, bool paused);
  Result<void> set_share(const std::string& vendor, const jobs::VendorShare&);

 private:
  // not_found. The job as it stands, `paused` shown as `waiting`.
  Result<JobRow> find(const jobs::JobId&);
  Result<JobNumber> find_leased(const jobs::Lease&) const;
  // Ends the lease of an active job by `move`; `run_at` with retry_at.
  Result<void> end_lease(JobNumber, jobs::Move move, AttemptRow, std::optional<TimePoint> run_at = {});
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
};

}  // namespace cutroom::store_sqlite
