// What people do to jobs: stop, move and remove them.
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

Result<void> Steps::set_paused(const std::string& name, bool paused) {
  const auto queue = live_.queue(name, tables_);
  if (!queue) return queue.error();
  (*queue)->row.paused = paused;
  touch(**queue);
  if (!paused) tell(**queue);
  return {};
}

Result<void> Steps::set_share(const std::string& vendor, const jobs::VendorShare& share) {
  if (const auto checked = check_share(share); !checked) return checked;
  if (const auto set = tables_.set_share(vendor, share); !set) return set;
  live_.shares[vendor] = share;
  for (auto& [name, queue] : live_.queues) {
    queue.order.set_share(vendor, share);
    touch(queue);
    tell(queue);
  }
  return {};
}

}  // namespace cutroom::store_sqlite
