// Batches and calls that are done once.
#include "adapters/store_sqlite/tables.hpp"

namespace cutroom::store_sqlite {
namespace {

std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
  return time ? std::optional(to_unix_ms(*time)) : std::nullopt;
}

}  // namespace

Result<void> Tables::add_batch(const BatchRow& row) {
  std::optional<std::string_view> queue;
  std::optional<std::string_view> vendor;
  std::optional<std::string_view> payload;
  std::optional<int> attempts_max;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> max;
  std::optional<std::int64_t> timeout;
  if (const auto& after = row.after) {
    queue = after->queue;
    vendor = after->vendor;
    payload = after->payload_json;
    attempts_max = after->retry.attempts_max;
    first = after->retry.backoff_first.count();
    max = after->retry.backoff_max.count();
    timeout = after->timeout.count();
  }
  return run(add_batch_, row.id, row.lane, to_unix_ms(row.created_at), row.total, row.completed, row.failed,
             row.removed, ms_of(row.done_at), queue, vendor, payload, attempts_max, first, max, timeout);
}

Result<void> Tables::update_batch(const BatchRow& row) {
  return run(update_batch_, row.completed, row.failed, row.removed, ms_of(row.done_at), row.id);
}

Result<std::optional<BatchRow>> Tables::batch(JobNumber number) {
  auto rows = find_batch_.rows(number);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  if (!*found) return std::optional<BatchRow>();
  BatchRow row{.id = number,
               .lane = rows.integer(0),
               .created_at = from_unix_ms(rows.integer(1)),
               .total = rows.number(2),
               .completed = rows.number(3),
               .failed = rows.number(4),
               .removed = rows.number(5)};
  if (rows.has(6)) row.done_at = from_unix_ms(rows.integer(6));
  if (rows.has(7)) {
    row.after = jobs::NewJob{.queue = rows.text(7), .vendor = rows.text(8), .payload_json = rows.text(9)};
    row.after->retry = {.attempts_max = static_cast<int>(rows.integer(10)),
                        .backoff_first = Millis{rows.integer(11)},
                        .backoff_max = Millis{rows.integer(12)}};
    row.after->timeout = Millis{rows.integer(13)};
  }
  return std::optional(std::move(row));
}

Result<std::pair<QueueId, std::string>> Tables::lane_of(LaneId lane) {
  auto rows = lane_of_.rows(lane);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  if (!*found) return damaged("lane " + std::to_string(lane) + " is missing");
  return std::pair(rows.integer(0), rows.text(1));
}

Result<std::optional<OnceRow>> Tables::once(std::string_view scope, std::string_view key) {
  auto rows = find_once_.rows(scope, key);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  if (!*found) return std::optional<OnceRow>();
  OnceRow row{.fingerprint = rows.text(0), .first = rows.number(1), .count = rows.number(2)};
  if (rows.has(3)) row.batch = rows.number(3);
  row.note = rows.text(4);
  row.at = from_unix_ms(rows.integer(5));
  return std::optional(std::move(row));
}

Result<void> Tables::set_once(std::string_view scope, std::string_view key, const OnceRow& row) {
  return run(set_once_, scope, key, row.fingerprint, row.first, row.count, row.batch, row.note,
             to_unix_ms(row.at));
}

Result<void> Tables::forget_onces(TimePoint before) { return run(forget_onces_, to_unix_ms(before)); }

}  // namespace cutroom::store_sqlite
