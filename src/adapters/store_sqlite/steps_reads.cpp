// What is known of jobs and queues.
#include <algorithm>

#include "adapters/store_sqlite/attempt_log.hpp"
#include "adapters/store_sqlite/steps.hpp"
#include "jobs/job_filter.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_sqlite {

using jobs::JobState;

Result<JobRow> Steps::find(const jobs::JobId& id) {
  const auto number = jobs::job_number_of(id);
  auto row = number ? tables_.job(*number) : Result<std::optional<JobRow>>(std::nullopt);
  if (!row) return row.error();
  if (!*row) return Error{.code = Errc::not_found, .message = "Job not found"};
  jobs::Job& job = (*row)->job;
  const Queue* queue = live_.find_queue((*row)->queue);
  if (queue == nullptr) return tables_.damaged("lane " + std::to_string((*row)->lane) + " has no queue");
  job.queue = queue->row.name;
  if (const auto active = live_.active.find(*number); active != live_.active.end()) {
    job.state = JobState::active;
    job.processed_at = active->second.lease.started_at;
    job.progress = active->second.progress;
  } else if (const auto delayed = live_.delayed.find(*number); delayed != live_.delayed.end()) {
    job.state = JobState::delayed;
    job.run_at = delayed->second.due;
  } else {
    job.state = (*row)->ended.value_or(JobState::waiting);
    if (job.state == JobState::completed) job.progress = 100;
  }
  return std::move(**row);
}

Result<jobs::Job> Steps::get(const jobs::JobId& id) {
  auto row = find(id);
  if (!row) return row.error();
  if (row->job.state == JobState::waiting && live_.find_queue(row->queue)->row.paused)
    row->job.state = JobState::paused;
  return std::move(row->job);
}

Result<jobs::QueueCounts> Steps::counts(const std::string& name) {
  const Queue* queue = live_.find_queue(name);
  if (queue == nullptr) return jobs::QueueCounts{};
  jobs::QueueCounts counts{.active = queue->active,
                           .completed = queue->row.completed,
                           .failed = queue->row.failed,
                           .delayed = queue->delayed.size()};
  (queue->row.paused ? counts.paused : counts.waiting) = queue->order.waiting();
  return counts;
}

Result<std::optional<jobs::Job>> Steps::listed(const jobs::JobFilter& filter, JobNumber number) {
  auto job = get(jobs::job_id_of(number));
  if (!job) return job.error();
  if (!matches(filter, *job)) return std::optional<jobs::Job>();
  return std::optional(std::move(*job));
}

Result<jobs::JobPage> Steps::list(const jobs::JobFilter& filter, const std::optional<jobs::JobId>& older_than,
                                  std::size_t limit) {
  jobs::JobPage page;
  const auto cursor = older_than ? jobs::job_number_of(*older_than) : std::optional(live_.next_number);
  if (!cursor) return page;
  JobNumber below = std::min(*cursor, live_.next_number);
  JobNumber lowest = 1;
  if (filter.batch) {
    const auto number = jobs::job_number_of(*filter.batch);
    const auto batch = number ? tables_.batch(*number) : Result<std::optional<BatchRow>>(std::nullopt);
    if (!batch) return batch.error();
    if (!*batch) return page;
    lowest = *number + 1;
    below = std::min(below, lowest + (*batch)->total);
  } else if (filter.state == JobState::failed) {
    return list_failed(filter, below, limit);
  }
  const JobNumber from = below > lowest + jobs::kListSpan ? below - jobs::kListSpan : lowest;
  if (from >= below) return page;
  // Open jobs of another state than the filter's are found here and left out below, so more are asked for.
  const auto rows = tables_.list(filter, from, below, jobs::kListSpan);
  if (!rows) return rows.error();
  for (const ListRow& row : *rows) {
    if (!row.has_ended && filter.state) {
      const bool is_active = live_.active.contains(row.job);
      const bool is_delayed = !is_active && live_.delayed.contains(row.job);
      if (is_active != (filter.state == JobState::active) ||
          is_delayed != (filter.state == JobState::delayed))
        continue;
    }
    auto job = listed(filter, row.job);
    if (!job) return job.error();
    if (!*job) continue;
    if (page.jobs.size() == limit) {
      page.older_than = page.jobs.back().id;
      return page;
    }
    page.jobs.push_back(std::move(**job));
  }
  if (from > lowest) page.older_than = jobs::job_id_of(from);
  return page;
}

Result<jobs::JobPage> Steps::list_failed(const jobs::JobFilter& filter, JobNumber below, std::size_t limit) {
  jobs::JobPage page;
  const auto numbers = tables_.failed_below(below, jobs::kListSpan);
  if (!numbers) return numbers.error();
  for (const JobNumber number : *numbers) {
    auto job = listed(filter, number);
    if (!job) return job.error();
    if (!*job) continue;
    if (page.jobs.size() == limit) {
      page.older_than = page.jobs.back().id;
      return page;
    }
    page.jobs.push_back(std::move(**job));
  }
  if (numbers->size() == jobs::kListSpan) page.older_than = jobs::job_id_of(numbers->back());
  return page;
}

Result<std::vector<jobs::AttemptLog>> Steps::log(const jobs::JobId& id) {
  if (const auto row = find(id); !row) return row.error();
  const auto lines = tables_.log(*jobs::job_number_of(id));
  if (!lines) return lines.error();
  return read_log(*lines);
}

}  // namespace cutroom::store_sqlite
