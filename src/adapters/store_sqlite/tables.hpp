// All SQL of the job store, as functions of rows. No rules: those are in steps.cpp.
//
// Threads: the store's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/sqlite_handle/database.hpp"
#include "adapters/sqlite_handle/statement.hpp"
#include "base/clock.hpp"
#include "jobs/fair_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::store_sqlite {

using JobNumber = std::uint64_t;  // A JobId as the database has it.
using QueueId = std::int64_t;
using LaneId = std::int64_t;

struct QueueRow {
  QueueId id = 0;
  std::string name;
  bool paused = false;
  double virtual_time = 0.0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
};

struct LaneRow {
  LaneId id = 0;
  QueueId queue = 0;
  std::string vendor;
  double finish = 0.0;
};

struct LineRow {
  jobs::OrderedJob place;
  JobNumber job = 0;
  LaneId lane = 0;
  bool paid = false;
  std::optional<TimePoint> run_at;
};

struct LeaseRow {
  JobNumber job = 0;
  std::string token;
  TimePoint until{};
  TimePoint started_at{};
};

// A job with what its ended attempts left. `job` lacks the queue's name, the state and what only memory
// knows.
struct JobRow {
  jobs::Job job;
  LaneId lane = 0;
  QueueId queue = 0;
  std::uint64_t seq = 0;
  std::optional<jobs::JobState> ended;  // completed or failed.
};

// How an attempt ended. Text is not copied.
struct AttemptRow {
  JobNumber job = 0;
  int made = 0;    // Added to what is there.
  int stalls = 0;  // The same.
  TimePoint started_at{};
  std::optional<TimePoint> finished_at{};
  std::optional<std::string_view> ended{};
  std::optional<std::string_view> result{};
  std::optional<std::string_view> reason{};  // Without: the one before stays.
};

class Tables {
 public:
  explicit Tables(sqlite_handle::Database database) : database_(std::move(database)) {}
  Tables(const Tables&) = delete;  // The statements point into it.
  Tables& operator=(const Tables&) = delete;

  Result<void> begin();
  Result<void> commit();
  void roll_back();
  // The first error of any function here since the last begin(): then the transaction must not be committed,
  // as part of a step may be missing.
  const std::optional<Error>& failure() const { return failure_; }
  // The error of rows that contradict one another; noted as a failure.
  Error damaged(std::string detail);

  Result<std::uint64_t> next_number();
  Result<void> set_next_number(std::uint64_t);

  Result<QueueId> add_queue(std::string_view name);
  Result<void> update_queue(const QueueRow&);
  Result<LaneId> lane(QueueId, std::string_view vendor);  // Made where it is missing.
  Result<void> set_finish(LaneId, double finish);
  Result<void> set_share(std::string_view vendor, const jobs::VendorShare&);

  Result<void> add_job(JobNumber, LaneId, const jobs::NewJob&, TimePoint now);
  Result<std::optional<JobRow>> job(JobNumber);
  Result<void> remove_job(JobNumber);

  Result<void> add_to_line(const LineRow&);
  Result<void> set_paid(std::uint64_t seq, std::optional<TimePoint> run_at);
  Result<void> promote(std::uint64_t seq);
  Result<void> remove_from_line(std::uint64_t seq);

  Result<void> add_lease(const LeaseRow&);
  Result<void> set_lease_until(JobNumber, TimePoint until);
  Result<void> remove_lease(JobNumber);

  Result<void> end_attempt(const AttemptRow&);
  Result<int> stalls(JobNumber);
  // As if never tried, to wait at the place.
  Result<void> forget_attempts(JobNumber, std::uint64_t place);

  // For opening. The rows in no particular order, except `line`: by place.
  Result<void> each_queue(const std::function<void(QueueRow)>&);
  Result<void> each_lane(const std::function<void(LaneRow)>&);
  Result<void> each_share(const std::function<void(std::string, jobs::VendorShare)>&);
  Result<void> each_lease(const std::function<void(LeaseRow)>&);
  Result<void> each_in_line(const std::function<Result<void>(const LineRow&)>&);

 private:
  using Statement = sqlite_handle::Statement;

  template <class T>
  Result<T> noting(Result<T> answer) {
    if (!answer && !failure_) failure_ = answer.error();
    return answer;
  }
  template <class... Values>
  Result<void> run(Statement& statement, const Values&... values) {
    const auto answer = noting(statement.run(values...));
    if (!answer) return answer.error();
    return {};
  }

  sqlite_handle::Database database_;
  std::optional<Error> failure_;

  Statement begin_{database_, "BEGIN"};
  Statement commit_{database_, "COMMIT"};
  Statement set_next_number_{database_, "UPDATE numbers SET next = ?"};
  Statement add_queue_{database_, "INSERT INTO queues (name) VALUES (?)"};
  Statement update_queue_{
      database_, "UPDATE queues SET paused = ?, virtual_time = ?, completed = ?, failed = ? WHERE id = ?"};
  Statement find_lane_{database_, "SELECT id FROM lanes WHERE vendor = ? AND queue = ?"};
  Statement add_lane_{database_, "INSERT INTO lanes (vendor, queue) VALUES (?, ?)"};
  Statement set_finish_{database_, "UPDATE lanes SET finish = ? WHERE id = ?"};
  Statement set_share_{database_, "INSERT OR REPLACE INTO shares VALUES (?, ?, ?, ?, ?)"};
  Statement add_job_{database_, "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement find_job_{
      database_,
      "SELECT j.lane, l.queue, l.vendor, j.priority, j.cost, j.attempts_max, j.backoff_first_ms, "
      "j.backoff_max_ms, j.timeout_ms, j.created_at, j.payload, a.made, a.stalls, a.started_at, "
      "a.finished_at, a.ended, a.result, a.reason, a.place "
      "FROM jobs j JOIN lanes l ON l.id = j.lane LEFT JOIN attempts a ON a.job = j.id "
      "WHERE j.id = ?"};
  Statement remove_job_{database_, "DELETE FROM jobs WHERE id = ?"};
  Statement remove_attempts_{database_, "DELETE FROM attempts WHERE job = ?"};
  Statement add_to_line_{database_, "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement set_paid_{database_, "UPDATE line SET paid = 1, run_at = ? WHERE seq = ?"};
  Statement promote_{database_, "UPDATE line SET run_at = NULL WHERE seq = ?"};
  Statement remove_from_line_{database_, "DELETE FROM line WHERE seq = ?"};
  Statement add_lease_{database_, "INSERT INTO leases VALUES (?, ?, ?, ?)"};
  Statement set_lease_until_{database_, "UPDATE leases SET until = ? WHERE job = ?"};
  Statement remove_lease_{database_, "DELETE FROM leases WHERE job = ?"};
  Statement end_attempt_{
      database_,
      "INSERT INTO attempts (job, made, stalls, started_at, finished_at, ended, result, reason) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET made = made + excluded.made, "
      "stalls = stalls + excluded.stalls, started_at = excluded.started_at, "
      "finished_at = excluded.finished_at, ended = excluded.ended, result = excluded.result, "
      "reason = coalesce(excluded.reason, reason)"};
  Statement stalls_{database_, "SELECT stalls FROM attempts WHERE job = ?"};
  Statement forget_attempts_{
      database_,
      "UPDATE attempts SET made = 0, stalls = 0, started_at = NULL, finished_at = NULL, "
      "ended = NULL, result = NULL, reason = NULL, place = ? WHERE job = ?"};
};

}  // namespace cutroom::store_sqlite
