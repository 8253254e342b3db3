// What the store has in memory: everything about the jobs that have not ended and must be decided quickly. It
// follows from the tables alone, so it can be built anew at any time: when the store opens, and when a commit
// failed.
//
// Per waiting job 16 bytes (jobs/vendor_line.hpp); per active or delayed one about 200.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "adapters/store_sqlite/tables.hpp"
#include "base/error.hpp"
#include "jobs/fair_order.hpp"

namespace cutroom::store_sqlite {

struct Queue {
  QueueRow row;  // As in the table; completed and failed as they will be after the commit.
  jobs::FairOrder order;
  std::set<std::pair<TimePoint, JobNumber>> delayed;  // By due time.
  std::size_t active = 0;
  std::unordered_map<std::string, LaneId> lanes;  // A cache: LiveJobs::lane().
};

// A job that is active or delayed: what it takes to put it back among the waiting.
struct LiveJob {
  Queue* queue = nullptr;
  std::string vendor;
  LaneId lane = 0;
  jobs::OrderedJob place;
};

struct ActiveJob {
  LiveJob job;
  LeaseRow lease;
  std::optional<JobNumber> batch{};
  int progress = 0;
};

struct DelayedJob {
  LiveJob job;
  TimePoint due{};
  bool paid = false;  // Taken before.
};

class LiveJobs {
 public:
  // storage_failed: the tables can't be read, or contradict one another.
  static Result<LiveJobs> load(Tables&);

  // nullptr where nobody has used it.
  Queue* find_queue(const std::string& name);
  Queue* find_queue(QueueId) const;
  // Made where it is missing, with the shares of all vendors.
  Result<Queue*> queue(const std::string& name, Tables&);
  Result<LaneId> lane(Queue&, const std::string& vendor, Tables&);

  JobNumber job_at(std::uint64_t seq) const;

  std::uint64_t next_number = 1;
  std::map<std::string, Queue> queues;
  std::unordered_map<std::string, jobs::VendorShare> shares;
  std::unordered_map<JobNumber, ActiveJob> active;
  std::unordered_map<JobNumber, DelayedJob> delayed;
  // Of retried dead letters that have not ended again: the job at a place. All others have place = number.
  std::unordered_map<std::uint64_t, JobNumber> moved;

 private:
  Queue& adopt(QueueRow);

  std::unordered_map<QueueId, Queue*> by_id_;
};

}  // namespace cutroom::store_sqlite
