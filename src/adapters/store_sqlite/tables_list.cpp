// Looking through many jobs.
#include "adapters/store_sqlite/tables.hpp"

namespace cutroom::store_sqlite {
namespace {

std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
  return time ? std::optional(to_unix_ms(*time)) : std::nullopt;
}

}  // namespace

Result<std::vector<ListRow>> Tables::list(const jobs::JobFilter& filter, JobNumber from, JobNumber below,
                                          std::size_t limit) {
  std::optional<std::string_view> ended;
  const bool is_ended = filter.state == jobs::JobState::completed || filter.state == jobs::JobState::failed;
  if (is_ended) ended = to_string(*filter.state);
  const bool is_open = filter.state && !is_ended;
  auto rows = list_.rows(from, below, filter.queue, filter.vendor, filter.project, ended, is_open,
                         ms_of(filter.since), ms_of(filter.until), static_cast<std::uint64_t>(limit));
  std::vector<ListRow> found;
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return found;
    found.push_back({.job = rows.number(0),
                     .created_at = from_unix_ms(rows.integer(1)),
                     .has_ended = rows.integer(2) != 0});
  }
}

Result<std::vector<JobNumber>> Tables::failed_below(JobNumber below, std::size_t limit) {
  auto rows = failed_below_.rows(below, static_cast<std::uint64_t>(limit));
  std::vector<JobNumber> found;
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return found;
    found.push_back(rows.number(0));
  }
}

Result<std::vector<Tables::EndedRow>> Tables::ended(QueueId queue, jobs::JobState state, JobNumber from,
                                                    std::uint64_t span) {
  auto rows = ended_.rows(from, from + span, to_string(state), queue);
  std::vector<EndedRow> found;
  for (;;) {
    const auto more = noting(rows.next());
    if (!more) return more.error();
    if (!*more) return found;
    found.push_back({.job = rows.number(0), .finished_at = from_unix_ms(rows.integer(1))});
  }
}

Result<std::string> Tables::log(JobNumber number) {
  auto rows = log_.rows(number);
  const auto found = noting(rows.next());
  if (!found) return found.error();
  return *found ? rows.text(0) : std::string();
}

}  // namespace cutroom::store_sqlite
