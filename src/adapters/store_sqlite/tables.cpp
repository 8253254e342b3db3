#include "adapters/store_sqlite/tables.hpp"

#include "jobs/job_number.hpp"

namespace cutroom::store_sqlite {
namespace {

std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
  if (!time) return std::nullopt;
  return to_unix_ms(*time);
}

using Rows = sqlite_handle::Statement::Rows;

std::optional<TimePoint> time_at(const Rows& rows, int column) {
  if (!rows.has(column)) return std::nullopt;
  return from_unix_ms(rows.integer(column));
}

}  // namespace

Result<void> Tables::begin() {
  failure_.reset();
  return run(begin_);
}

Result<void> Tables::commit() { return run(commit_); }

Error Tables::damaged(std::string detail) {
  if (!failure_) {
    failure_ = Error{
        .code = Errc::storage_failed, .message = "The job database is damaged", .detail = std::move(detail)};
  }
  return *failure_;
}

void Tables::roll_back() { database_.roll_back(); }

Result<std::uint64_t> Tables::next_number() {
  const auto next = noting(database_.number("SELECT next FROM numbers"));
  if (!next) return next.error();
  return static_cast<std::uint64_t>(*next);
}

Result<void> Tables::set_next_number(std::uint64_t next) { return run(set_next_number_, next); }

Result<QueueId> Tables::add_queue(std::string_view name) {
  if (const auto added = run(add_queue_, name); !added) return added.error();
  return sqlite3_last_insert_rowid(database_.handle());
}

Result<void> Tables::update_queue(const QueueRow& row) {
  return run(update_queue_, row.paused, row.virtual_time, row.completed, row.failed, row.id);
}

Result<LaneId> Tables::lane(QueueId queue, std::string_view vendor) {
  {
    auto rows = find_lane_.rows(vendor, queue);
    const auto found = noting(rows.next());
    if (!found) return found.error();
    if (*found) return rows.integer(0);
  }
  if (const auto added = run(add_lane_, vendor, queue); !added) return added.error();
  return sqlite3_last_insert_rowid(database_.handle());
}

Result<void> Tables::set_finish(LaneId lane, double finish) { return run(set_finish_, finish, lane); }

Result<void> Tables::set_share(std::string_view vendor, const jobs::VendorShare& share) {
  return run(set_share_, vendor, share.weight, static_cast<std::uint64_t>(share.cap), share.cap_is_hard,
             share.paused);
}

Result<void> Tables::add_job(JobNumber number, LaneId lane, const jobs::NewJob& job,
                             std::optional<JobNumber> batch, TimePoint now) {
  const auto project = job.project.empty() ? std::nullopt : std::optional<std::string_view>(job.project);
  return run(add_job_, number, lane, job.priority, job.cost, job.retry.attempts_max,
             job.retry.backoff_first.count(), job.retry.backoff_max.count(), job.timeout.count(),
             to_unix_ms(now), job.payload_json, project, batch);
}

Result<std::optional<JobRow>> Tables::job(JobNumber number) {
  auto rows = find_job_.rows(number);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  if (!*found) return std::optional<JobRow>();
  int column = 0;
  JobRow row;
  row.job.id = jobs::job_id_of(number);
  row.lane = rows.integer(column++);
  row.queue = rows.integer(column++);
  row.job.vendor = rows.text(column++);
  row.job.priority = static_cast<int>(rows.integer(column++));
  row.job.cost = rows.real(column++);
  row.job.retry.attempts_max = static_cast<int>(rows.integer(column++));
  row.job.retry.backoff_first = Millis{rows.integer(column++)};
  row.job.retry.backoff_max = Millis{rows.integer(column++)};
  row.job.timeout = Millis{rows.integer(column++)};
  row.job.created_at = from_unix_ms(rows.integer(column++));
  row.job.payload_json = rows.text(column++);
  row.job.attempts_made = static_cast<int>(rows.integer(column++));
  row.job.stalls = static_cast<int>(rows.integer(column++));
  row.job.processed_at = time_at(rows, column++);
  row.job.finished_at = time_at(rows, column++);
  row.ended = jobs::job_state_from(rows.view(column++));
  row.job.result_json = rows.text(column++);
  row.job.failed_reason = rows.text(column++);
  row.seq = rows.has(column) ? rows.number(column) : number;
  row.job.project = rows.text(++column);
  if (rows.has(++column)) {
    row.batch = rows.number(column);
    row.job.batch = jobs::job_id_of(*row.batch);
  }
  return std::optional(std::move(row));
}

Result<void> Tables::remove_job(JobNumber number) {
  if (const auto removed = run(remove_attempts_, number); !removed) return removed;
  return run(remove_job_, number);
}

Result<void> Tables::add_to_line(const LineRow& row) {
  const auto job = row.job == row.place.seq ? std::nullopt : std::optional(row.job);
  return run(add_to_line_, row.place.seq, job, row.lane, row.place.priority, row.place.cost, row.paid,
             ms_of(row.run_at));
}

Result<void> Tables::set_paid(std::uint64_t seq, std::optional<TimePoint> run_at) {
  return run(set_paid_, ms_of(run_at), seq);
}

Result<void> Tables::promote(std::uint64_t seq) { return run(promote_, seq); }

Result<void> Tables::remove_from_line(std::uint64_t seq) { return run(remove_from_line_, seq); }

Result<void> Tables::add_lease(const LeaseRow& row) {
  return run(add_lease_, row.job, row.token, to_unix_ms(row.until), to_unix_ms(row.started_at),
             row.cancelled);
}

Result<void> Tables::set_lease_until(JobNumber number, TimePoint until) {
  return run(set_lease_until_, to_unix_ms(until), number);
}

Result<void> Tables::set_lease_cancelled(JobNumber number) { return run(set_lease_cancelled_, number); }

Result<void> Tables::remove_lease(JobNumber number) { return run(remove_lease_, number); }

Result<void> Tables::end_attempt(const AttemptRow& row) {
  return run(end_attempt_, row.job, row.made, row.stalls, to_unix_ms(row.started_at), ms_of(row.finished_at),
             row.ended, row.result, row.reason, row.log);
}

Result<void> Tables::cancel_attempt(JobNumber number, std::string_view reason, TimePoint now) {
  return run(cancel_attempt_, number, to_unix_ms(now), reason);
}

Result<int> Tables::stalls(JobNumber number) {
  auto rows = stalls_.rows(number);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  return *found ? static_cast<int>(rows.integer(0)) : 0;
}

Result<void> Tables::forget_attempts(JobNumber number, std::uint64_t place) {
  return run(forget_attempts_, place, number);
}

Result<void> Tables::each_queue(const std::function<void(QueueRow)>& visit) {
  Statement statement(database_, "SELECT id, name, paused, virtual_time, completed, failed FROM queues");
  auto rows = statement.rows();
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return {};
    visit({.id = rows.integer(0),
           .name = rows.text(1),
           .paused = rows.integer(2) != 0,
           .virtual_time = rows.real(3),
           .completed = rows.number(4),
           .failed = rows.number(5)});
  }
}

Result<void> Tables::each_lane(const std::function<void(LaneRow)>& visit) {
  Statement statement(database_, "SELECT id, queue, vendor, finish FROM lanes");
  auto rows = statement.rows();
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return {};
    visit({.id = rows.integer(0), .queue = rows.integer(1), .vendor = rows.text(2), .finish = rows.real(3)});
  }
}

Result<void> Tables::each_share(const std::function<void(std::string, jobs::VendorShare)>& visit) {
  Statement statement(database_, "SELECT vendor, weight, cap, cap_is_hard, paused FROM shares");
  auto rows = statement.rows();
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return {};
    visit(rows.text(0), {.weight = rows.real(1),
                         .cap = static_cast<std::size_t>(rows.integer(2)),
                         .cap_is_hard = rows.integer(3) != 0,
                         .paused = rows.integer(4) != 0});
  }
}

Result<void> Tables::each_lease(const std::function<void(LeaseRow)>& visit) {
  Statement statement(database_, "SELECT job, token, until, started_at, cancelled FROM leases");
  auto rows = statement.rows();
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return {};
    visit({.job = rows.number(0),
           .token = rows.text(1),
           .until = from_unix_ms(rows.integer(2)),
           .started_at = from_unix_ms(rows.integer(3)),
           .cancelled = rows.integer(4) != 0});
  }
}

Result<void> Tables::each_in_line(const std::function<Result<void>(const LineRow&)>& visit) {
  Statement statement(database_,
                      "SELECT seq, job, lane, priority, cost, paid, run_at FROM line ORDER BY seq");
  auto rows = statement.rows();
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return {};
    const LineRow row{
        .place = {.seq = rows.number(0), .priority = static_cast<int>(rows.integer(3)), .cost = rows.real(4)},
        .job = rows.has(1) ? rows.number(1) : rows.number(0),
        .lane = rows.integer(2),
        .paid = rows.integer(5) != 0,
        .run_at = time_at(rows, 6)};
    if (const auto visited = visit(row); !visited) return visited;
  }
}

}  // namespace cutroom::store_sqlite
