// The steps of who looks at jobs and decides about them: everything but a worker's.
#include <algorithm>

#include "adapters/store_sqlite/attempt_log.hpp"
#include "adapters/store_sqlite/steps.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_filter.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_sqlite {

using jobs::JobState;
using jobs::Move;

namespace {

// Of one prune(): bounds its time where little is to be found.
constexpr std::size_t kPruneSpansMax = 4;

}  // namespace

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

Result<void> Steps::retry(const jobs::JobId& id) {
  const auto row = find(id);
  if (!row) return row.error();
  const auto checked = check_move(Move::retry, row->job.state);
  if (!checked) return checked.error();
  const JobNumber number = *jobs::job_number_of(id);
  Queue& queue = *live_.find_queue(row->queue);
  const LineRow line{
      .place = {.seq = live_.next_number++, .priority = row->job.priority, .cost = row->job.cost},
      .job = number,
      .lane = row->lane};
  if (const auto done = tables_.forget_attempts(number, line.place.seq); !done) return done;
  if (const auto done = tables_.add_to_line(line); !done) return done;
  live_.moved.emplace(line.place.seq, number);
  queue.order.add(row->job.vendor, line.place);
  if (row->batch) {
    const auto batch = batch_row(*row->batch);
    if (!batch) return batch.error();
    --(*batch)->failed;
    (*batch)->done_at.reset();
  }
  --queue.row.failed;
  touch(queue);
  tell(queue);
  return {};
}

Result<void> Steps::take_out(const JobRow& row, Queue& queue, JobNumber number) {
  const jobs::Job& job = row.job;
  if (const auto removed = tables_.remove_from_line(row.seq); !removed) return removed;
  live_.moved.erase(row.seq);
  if (job.state == JobState::delayed) {
    queue.delayed.erase({*job.run_at, number});
    live_.delayed.erase(number);
  } else {
    queue.order.remove(job.vendor, {.seq = row.seq, .priority = job.priority, .cost = job.cost});
    tell(queue);  // Another vendor may wait at its elastic cap for this one's jobs to go.
  }
  touch(queue);
  return {};
}

Result<void> Steps::forget(const JobRow& row) {
  const jobs::Job& job = row.job;
  const JobNumber number = *jobs::job_number_of(job.id);
  Queue& queue = *live_.find_queue(row.queue);
  if (const auto removed = tables_.remove_job(number); !removed) return removed;
  if (job.state == JobState::waiting || job.state == JobState::delayed) return take_out(row, queue, number);
  --(job.state == JobState::completed ? queue.row.completed : queue.row.failed);
  touch(queue);
  return {};
}

Result<void> Steps::remove(const jobs::JobId& id, TimePoint now) {
  const auto row = find(id);
  if (!row) return row.error();
  const JobState state = row->job.state;
  if (state == JobState::active)
    return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  if (const auto forgotten = forget(*row); !forgotten) return forgotten;
  if (!row->batch || (state != JobState::waiting && state != JobState::delayed)) return {};
  const auto batch = batch_row(*row->batch);
  if (!batch) return batch.error();
  ++(*batch)->removed;
  if (const auto closed = close_if_done(**batch, now); !closed) return closed.error();
  return {};
}

Result<std::size_t> Steps::remove_waiting(const std::string& name, const std::optional<std::string>& vendor,
                                          TimePoint now) {
  const Queue* queue = live_.find_queue(name);
  if (queue == nullptr) return std::size_t{0};
  const jobs::JobFilter filter{
      .queue = name, .state = queue->row.paused ? JobState::paused : JobState::waiting, .vendor = vendor};
  std::size_t removed = 0;
  std::optional<jobs::JobId> older_than;
  do {
    const auto page = list(filter, older_than, jobs::kRemoveMax - removed);
    if (!page) return page.error();
    for (const jobs::Job& job : page->jobs) {
      if (const auto done = remove(job.id, now); !done) return done.error();
    }
    removed += page->jobs.size();
    older_than = page->older_than;
  } while (older_than && removed < jobs::kRemoveMax);
  return removed;
}

Result<std::size_t> Steps::prune(const jobs::PruneRule& rule) {
  const Queue* queue = live_.find_queue(rule.queue);
  if (queue == nullptr) return std::size_t{0};
  const std::uint64_t kept = rule.state == JobState::completed ? queue->row.completed : queue->row.failed;
  std::uint64_t surplus = kept > rule.keep_newest_max ? kept - rule.keep_newest_max : 0;
  // From the oldest on, in spans; at the end from the start again, with the next call.
  JobNumber& from = prune_from_[{queue->row.id, rule.state}];
  std::size_t pruned = 0;
  for (std::size_t spans = 0; spans < kPruneSpansMax && from < live_.next_number; ++spans) {
    const auto ended = tables_.ended(queue->row.id, rule.state, from, jobs::kListSpan);
    if (!ended) return ended.error();
    for (const auto& row : *ended) {
      if (surplus == 0 && !(row.finished_at < rule.ended_before)) continue;
      if (pruned == jobs::kRemoveMax) return pruned;
      const auto job = find(jobs::job_id_of(row.job));
      if (!job) return job.error();
      if (const auto forgotten = forget(*job); !forgotten) return forgotten.error();
      ++pruned;
      if (surplus > 0) --surplus;
    }
    from += jobs::kListSpan;
  }
  if (from >= live_.next_number) from = 0;
  return pruned;
}

Result<jobs::Cancelled> Steps::cancel(const jobs::JobId& id, const std::vector<jobs::NewJob>& follow_ups,
                                      TimePoint now) {
  for (const auto& job : follow_ups) {
    if (const auto checked = check_new_job(job); !checked) return checked.error();
  }
  const auto row = find(id);
  if (!row) return row.error();
  if (const auto checked = check_move(Move::cancel, row->job.state); !checked) return checked.error();
  const JobNumber number = *jobs::job_number_of(id);
  if (row->job.state == JobState::active) {
    if (const auto set = tables_.set_lease_cancelled(number); !set) return set.error();
    live_.active.at(number).lease.cancelled = true;
    cancelled_.push_back(id);
    return jobs::Cancelled{.is_stopping = true, .batch_done = {}};
  }
  Queue& queue = *live_.find_queue(row->queue);
  if (const auto taken = take_out(*row, queue, number); !taken) return taken.error();
  const auto written = tables_.cancel_attempt(number, jobs::kCancelledReason, now);
  if (!written) return written.error();
  ++queue.row.failed;
  jobs::Cancelled cancelled;
  if (row->batch) {
    const auto batch = batch_row(*row->batch);
    if (!batch) return batch.error();
    ++(*batch)->failed;
    auto closed = close_if_done(**batch, now);
    if (!closed) return closed.error();
    cancelled.batch_done = std::move(*closed);
  }
  if (const auto added = add_all(follow_ups, std::nullopt, now); !added) return added.error();
  return cancelled;
}

Result<void> Steps::promote(const jobs::JobId& id) {
  const auto row = find(id);
  if (!row) return row.error();
  if (const auto checked = check_move(Move::promote, row->job.state); !checked) return checked.error();
  const JobNumber number = *jobs::job_number_of(id);
  const auto at = live_.delayed.find(number);
  Queue& queue = *at->second.job.queue;
  const jobs::OrderedJob place = at->second.job.place;
  if (const auto promoted = tables_.promote(place.seq); !promoted) return promoted;
  if (at->second.paid)
    queue.order.put_back(row->job.vendor, place);
  else
    queue.order.add(row->job.vendor, place);
  queue.delayed.erase({at->second.due, number});
  live_.delayed.erase(at);
  tell(queue);
  return {};
}

// --- Lists and batches

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

Result<BatchRow*> Steps::batch_row(JobNumber number) {
  if (const auto at = batches_.find(number); at != batches_.end()) return &at->second;
  auto row = tables_.batch(number);
  if (!row) return row.error();
  if (!*row) return tables_.damaged("batch " + std::to_string(number) + " is missing");
  return &batches_.emplace(number, std::move(**row)).first->second;
}

Result<std::optional<jobs::BatchId>> Steps::close_if_done(BatchRow& row, TimePoint now) {
  if (row.done_at || row.completed + row.failed + row.removed < row.total)
    return std::optional<jobs::BatchId>();
  row.done_at = now;
  auto id = jobs::job_id_of(row.id);
  if (row.after) {
    std::vector<jobs::NewJob> after{*row.after};
    after[0].payload_json = jobs::with_batch_id(after[0].payload_json, id);
    if (const auto added = add_all(after, std::nullopt, now); !added) return added.error();
  }
  return std::optional(std::move(id));
}

Result<jobs::Batch> Steps::batch(const jobs::BatchId& id) {
  const Error missing{.code = Errc::not_found, .message = "Batch not found"};
  const auto number = jobs::job_number_of(id);
  if (!number) return missing;
  // As this transaction has it, where it has changed.
  const auto changed = batches_.find(*number);
  auto row =
      changed != batches_.end() ? Result<std::optional<BatchRow>>(changed->second) : tables_.batch(*number);
  if (!row) return row.error();
  if (!*row) return missing;
  const auto lane = tables_.lane_of((*row)->lane);
  if (!lane) return lane.error();
  const Queue* queue = live_.find_queue(lane->first);
  if (queue == nullptr) return tables_.damaged("batch " + id + " has no queue");
  jobs::Batch batch{.id = id,
                    .queue = queue->row.name,
                    .vendor = lane->second,
                    .created_at = (*row)->created_at,
                    .total = (*row)->total,
                    .completed = (*row)->completed,
                    .failed = (*row)->failed,
                    .removed = (*row)->removed,
                    .done_at = (*row)->done_at};
  const JobNumber last = *number + batch.total;
  for (const auto& [job, active] : live_.active)
    if (job > *number && job <= last) ++batch.active;
  for (const auto& [job, delayed] : live_.delayed)
    if (job > *number && job <= last) ++batch.delayed;
  return batch;
}

}  // namespace cutroom::store_sqlite
