// All SQL of the job store, as functions of rows. No rules: those are in steps.cpp.
//
// Threads: the store's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sqlite_handle/database.hpp"
#include "adapters/sqlite_handle/statement.hpp"
#include "base/clock.hpp"
#include "jobs/fair_order.hpp"
#include "jobs/job.hpp"
#include "jobs/job_store.hpp"

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
  bool cancelled = false;
};

struct BatchRow {
  JobNumber id = 0;  // Its jobs have the `total` numbers after it.
  LaneId lane = 0;
  TimePoint created_at{};
  std::uint64_t total = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t removed = 0;
  std::optional<TimePoint> done_at;
  std::optional<jobs::NewJob> after;
};

struct OnceRow {
  std::string fingerprint;
  JobNumber first = 0;
  std::uint64_t count = 0;
  std::optional<JobNumber> batch;
  std::string note;
  TimePoint at{};
};

// A job as list() looks at it before it reads the whole.
struct ListRow {
  JobNumber job = 0;
  TimePoint created_at{};
  bool has_ended = false;
};

// A job with what its ended attempts left. `job` lacks the queue's name, the state and what only memory
// knows.
struct JobRow {
  jobs::Job job;
  LaneId lane = 0;
  QueueId queue = 0;
  std::uint64_t seq = 0;
  std::optional<jobs::JobState> ended;  // completed or failed.
  std::optional<JobNumber> batch;
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
  std::string_view log{};                    // A line, added to what is there.
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

  Result<void> add_job(JobNumber, LaneId, const jobs::NewJob&, std::optional<JobNumber> batch, TimePoint now);
  Result<std::optional<JobRow>> job(JobNumber);
  Result<void> remove_job(JobNumber);

  Result<void> add_to_line(const LineRow&);
  Result<void> set_paid(std::uint64_t seq, std::optional<TimePoint> run_at);
  Result<void> promote(std::uint64_t seq);
  Result<void> remove_from_line(std::uint64_t seq);

  Result<void> add_lease(const LeaseRow&);
  Result<void> set_lease_until(JobNumber, TimePoint until);
  Result<void> set_lease_cancelled(JobNumber);
  Result<void> remove_lease(JobNumber);

  Result<void> add_batch(const BatchRow&);
  Result<void> update_batch(const BatchRow&);  // The counts and the end.
  Result<std::optional<BatchRow>> batch(JobNumber);
  // Of the lane: the queue's id and the vendor.
  Result<std::pair<QueueId, std::string>> lane_of(LaneId);

  Result<std::optional<OnceRow>> once(std::string_view scope, std::string_view key);
  Result<void> set_once(std::string_view scope, std::string_view key, const OnceRow&);
  // A few of those set before, so that it costs the same at any time.
  Result<void> forget_onces(TimePoint before);

  // Jobs with from <= number < below that the filter may mean (its state is looked at as far as it has ended
  // or not), newest first, at most `limit`.
  Result<std::vector<ListRow>> list(const jobs::JobFilter&, JobNumber from, JobNumber below,
                                    std::size_t limit);
  // Dead letters below the number, newest first.
  Result<std::vector<JobNumber>> failed_below(JobNumber below, std::size_t limit);
  // Jobs of the queue that ended so, with numbers from `from` on and of the next `span`, by number.
  struct EndedRow {
    JobNumber job = 0;
    TimePoint finished_at{};
  };
  Result<std::vector<EndedRow>> ended(QueueId, jobs::JobState, JobNumber from, std::uint64_t span);
  Result<std::string> log(JobNumber);  // Lines.

  Result<void> end_attempt(const AttemptRow&);
  // A job that fails without an attempt.
  Result<void> cancel_attempt(JobNumber, std::string_view reason, TimePoint now);
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
  Statement add_job_{database_, "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement find_job_{
      database_,
      "SELECT j.lane, l.queue, l.vendor, j.priority, j.cost, j.attempts_max, j.backoff_first_ms, "
      "j.backoff_max_ms, j.timeout_ms, j.created_at, j.payload, a.made, a.stalls, a.started_at, "
      "a.finished_at, a.ended, a.result, a.reason, a.place, j.project, j.batch "
      "FROM jobs j JOIN lanes l ON l.id = j.lane LEFT JOIN attempts a ON a.job = j.id "
      "WHERE j.id = ?"};
  Statement remove_job_{database_, "DELETE FROM jobs WHERE id = ?"};
  Statement remove_attempts_{database_, "DELETE FROM attempts WHERE job = ?"};
  Statement add_to_line_{database_, "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement set_paid_{database_, "UPDATE line SET paid = 1, run_at = ? WHERE seq = ?"};
  Statement promote_{database_, "UPDATE line SET run_at = NULL WHERE seq = ?"};
  Statement remove_from_line_{database_, "DELETE FROM line WHERE seq = ?"};
  Statement add_lease_{database_, "INSERT INTO leases VALUES (?, ?, ?, ?, ?)"};
  Statement set_lease_until_{database_, "UPDATE leases SET until = ? WHERE job = ?"};
  Statement set_lease_cancelled_{database_, "UPDATE leases SET cancelled = 1 WHERE job = ?"};
  Statement remove_lease_{database_, "DELETE FROM leases WHERE job = ?"};
  Statement end_attempt_{
      database_,
      "INSERT INTO attempts (job, made, stalls, started_at, finished_at, ended, result, reason, log) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET made = made + excluded.made, "
      "stalls = stalls + excluded.stalls, started_at = excluded.started_at, "
      "finished_at = excluded.finished_at, ended = excluded.ended, result = excluded.result, "
      "reason = coalesce(excluded.reason, reason), log = coalesce(log, '') || excluded.log"};
  Statement add_batch_{database_, "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement update_batch_{
      database_, "UPDATE batches SET completed = ?, failed = ?, removed = ?, done_at = ? WHERE id = ?"};
  Statement find_batch_{
      database_,
      "SELECT lane, created_at, total, completed, failed, removed, done_at, after_queue, after_vendor, "
      "after_payload, after_attempts_max, after_backoff_first_ms, after_backoff_max_ms, after_timeout_ms "
      "FROM batches WHERE id = ?"};
  Statement lane_of_{database_, "SELECT queue, vendor FROM lanes WHERE id = ?"};
  Statement find_once_{
      database_, "SELECT fingerprint, first, count, batch, note, at FROM onces WHERE scope = ? AND key = ?"};
  Statement set_once_{database_, "INSERT OR REPLACE INTO onces VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement forget_onces_{database_,
                          "DELETE FROM onces WHERE (scope, key) IN "
                          "(SELECT scope, key FROM onces WHERE at < ? ORDER BY at LIMIT 4)"};
  Statement list_{database_,
                  "SELECT j.id, j.created_at, a.ended IS NOT NULL FROM jobs j JOIN lanes l ON l.id = j.lane "
                  "LEFT JOIN attempts a ON a.job = j.id "
                  "WHERE j.id >= ?1 AND j.id < ?2 AND (?3 IS NULL OR l.queue = (SELECT id FROM queues WHERE "
                  "name = ?3)) AND (?4 IS NULL OR l.vendor = ?4) AND (?5 IS NULL OR j.project = ?5) AND "
                  "(?6 IS NULL OR a.ended = ?6) AND (?7 = 0 OR a.ended IS NULL) AND (?8 IS NULL OR "
                  "j.created_at >= ?8) AND (?9 IS NULL OR j.created_at < ?9) ORDER BY j.id DESC LIMIT ?10"};
  Statement failed_below_{
      database_, "SELECT job FROM attempts WHERE ended = 'failed' AND job < ? ORDER BY job DESC LIMIT ?"};
  Statement ended_{
      database_,
      "SELECT a.job, a.finished_at FROM attempts a JOIN jobs j ON j.id = a.job JOIN lanes l ON "
      "l.id = j.lane WHERE a.job >= ? AND a.job < ? AND a.ended = ? AND l.queue = ? ORDER BY a.job"};
  Statement log_{database_, "SELECT log FROM attempts WHERE job = ?"};
  Statement cancel_attempt_{
      database_,
      "INSERT INTO attempts (job, made, stalls, finished_at, ended, reason) VALUES (?, 0, 0, ?, 'failed', ?) "
      "ON CONFLICT (job) DO UPDATE SET finished_at = excluded.finished_at, ended = 'failed', "
      "reason = excluded.reason"};
  Statement stalls_{database_, "SELECT stalls FROM attempts WHERE job = ?"};
  Statement forget_attempts_{
      database_,
      "UPDATE attempts SET made = 0, stalls = 0, started_at = NULL, finished_at = NULL, "
      "ended = NULL, result = NULL, reason = NULL, place = ? WHERE job = ?"};
};

}  // namespace cutroom::store_sqlite
