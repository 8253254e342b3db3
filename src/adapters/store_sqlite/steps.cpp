#include "adapters/store_sqlite/steps.hpp"

#include <algorithm>

#include "base/token.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_sqlite {

using jobs::JobState;
using jobs::Lease;
using jobs::Move;

// --- Transactions

Result<void> Steps::load() {
  touched_.clear();
  finishes_.clear();
  told_.clear();
  stale_ = true;
  auto live = LiveJobs::load(tables_);
  if (!live) return live.error();
  live_ = std::move(*live);
  next_number_saved_ = live_.next_number;
  stale_ = false;
  return {};
}

Result<void> Steps::begin() {
  told_.clear();
  if (stale_) {
    if (const auto loaded = load(); !loaded) return loaded;
  }
  return tables_.begin();
}

Result<void> Steps::commit() {
  Result<void> done = tables_.failure() ? Result<void>(*tables_.failure()) : flush();
  if (done) done = tables_.commit();
  if (done) return done;
  tables_.roll_back();
  // Where this fails too, begin() tries again.
  stale_ = true;
  (void)load();
  return done;
}

Result<void> Steps::flush() {
  if (live_.next_number != next_number_saved_) {
    if (const auto set = tables_.set_next_number(live_.next_number); !set) return set;
  }
  for (Queue* queue : touched_) {
    queue->row.virtual_time = queue->order.virtual_time();
    if (const auto updated = tables_.update_queue(queue->row); !updated) return updated;
  }
  for (const auto& [lane, finish] : finishes_) {
    if (const auto set = tables_.set_finish(lane, finish); !set) return set;
  }
  next_number_saved_ = live_.next_number;
  touched_.clear();
  finishes_.clear();
  return {};
}

// --- Adding and claiming

Result<std::vector<jobs::JobId>> Steps::add(const std::vector<jobs::NewJob>& new_jobs, TimePoint now) {
  for (const auto& job : new_jobs) {
    if (const auto checked = check_new_job(job); !checked) return checked.error();
  }
  std::vector<jobs::JobId> ids;
  ids.reserve(new_jobs.size());
  for (const auto& job : new_jobs) {
    const auto queue = live_.queue(job.queue, tables_);
    if (!queue) return queue.error();
    const auto lane = live_.lane(**queue, job.vendor, tables_);
    if (!lane) return lane.error();
    const JobNumber number = live_.next_number++;
    const LineRow row{
        .place = {.seq = number, .priority = job.priority, .cost = job.cost}, .job = number, .lane = *lane};
    if (const auto added = tables_.add_job(number, *lane, job, now); !added) return added.error();
    if (const auto added = tables_.add_to_line(row); !added) return added.error();
    (*queue)->order.add(job.vendor, row.place);
    tell(**queue);
    ids.push_back(jobs::job_id_of(number));
  }
  return ids;
}

Result<jobs::Claim> Steps::claim(const jobs::ClaimOptions& options) {
  Queue* queue = live_.find_queue(options.queue);
  if (queue == nullptr || queue->row.paused) return jobs::Claim{};
  if (const auto promoted = promote_due(*queue, options.now); !promoted) return promoted.error();
  const auto taken = queue->order.take();
  if (!taken) {
    if (queue->delayed.empty()) return jobs::Claim{};
    return jobs::Claim{.job = {}, .due = queue->delayed.begin()->first};
  }
  const JobNumber number = live_.job_at(taken->job.seq);
  LeaseRow lease{.job = number,
                 .token = random_token(),
                 .until = options.now + options.lease,
                 .started_at = options.now};
  if (const auto added = tables_.add_lease(lease); !added) return added.error();
  auto row = tables_.job(number);
  if (!row) return row.error();
  if (!*row) return tables_.damaged("line " + std::to_string(taken->job.seq) + " has no job");

  jobs::Job& job = (*row)->job;
  job.queue = queue->row.name;
  job.state = check_move(Move::claim, JobState::waiting).value();
  job.processed_at = options.now;
  jobs::Lease given{.id = job.id, .token = lease.token, .until = lease.until};
  finishes_[(*row)->lane] = queue->order.finish_of(taken->vendor);
  ++queue->active;
  touch(*queue);
  live_.active.emplace(
      number, ActiveJob{.job = {queue, taken->vendor, (*row)->lane, taken->job}, .lease = std::move(lease)});
  return jobs::Claim{.job = jobs::LeasedJob{.job = std::move(job), .lease = std::move(given)}, .due = {}};
}

Result<void> Steps::promote_due(Queue& queue, TimePoint now) {
  for (std::size_t n = 0; n < jobs::kPromoteMax; ++n) {
    if (queue.delayed.empty() || queue.delayed.begin()->first > now) break;
    const auto at = live_.delayed.find(queue.delayed.begin()->second);
    check_move(Move::promote, JobState::delayed).value();
    const LiveJob& job = at->second.job;
    if (const auto promoted = tables_.promote(job.place.seq); !promoted) return promoted;
    queue.order.put_back(job.vendor, job.place);
    queue.delayed.erase(queue.delayed.begin());
    live_.delayed.erase(at);
    tell(queue);
  }
  return {};
}

// --- Leases

Result<JobNumber> Steps::find_leased(const Lease& lease) const {
  const auto number = jobs::job_number_of(lease.id);
  const auto at = number ? live_.active.find(*number) : live_.active.end();
  if (at == live_.active.end() || at->second.lease.token != lease.token)
    return Error{.code = Errc::lease_lost};
  return *number;
}

Result<TimePoint> Steps::extend_lease(const Lease& lease, Millis length, TimePoint now) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  const TimePoint until = now + length;
  if (const auto set = tables_.set_lease_until(*number, until); !set) return set.error();
  live_.active.at(*number).lease.until = until;
  return until;
}

Result<void> Steps::report_progress(const Lease& lease, int percent) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  live_.active.at(*number).progress = std::clamp(percent, 0, 100);
  return {};
}

Result<void> Steps::end_lease(JobNumber number, Move move, AttemptRow attempt,
                              std::optional<TimePoint> run_at) {
  const auto at = live_.active.find(number);
  const LiveJob job = std::move(at->second.job);
  const JobState to = check_move(move, JobState::active).value();
  const bool has_ended = to == JobState::completed || to == JobState::failed;
  attempt.job = number;
  attempt.started_at = at->second.lease.started_at;
  if (has_ended) attempt.ended = to_string(to);
  live_.active.erase(at);

  if (const auto written = tables_.end_attempt(attempt); !written) return written;
  if (const auto removed = tables_.remove_lease(number); !removed) return removed;
  const auto lined =
      has_ended ? tables_.remove_from_line(job.place.seq) : tables_.set_paid(job.place.seq, run_at);
  if (!lined) return lined;

  Queue& queue = *job.queue;
  --queue.active;
  if (has_ended) {
    ++(to == JobState::completed ? queue.row.completed : queue.row.failed);
    live_.moved.erase(job.place.seq);
  } else if (to == JobState::delayed) {
    queue.delayed.emplace(*run_at, number);
    live_.delayed.emplace(number, DelayedJob{.job = job, .due = *run_at});
    tell(queue);
  } else {
    queue.order.put_back(job.vendor, job.place);
    tell(queue);
  }
  queue.order.ended(job.vendor);
  // Its vendor may have been at the cap.
  if (queue.order.waiting_of(job.vendor) > 0 && queue.order.share(job.vendor).cap > 0) tell(queue);
  touch(queue);
  return {};
}

Result<void> Steps::complete(const Lease& lease, const std::string& result_json, TimePoint now) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  return end_lease(*number, Move::complete, {.made = 1, .finished_at = now, .result = result_json});
}

Result<void> Steps::fail(const Lease& lease, const std::string& reason, TimePoint now) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  return end_lease(*number, Move::fail, {.made = 1, .finished_at = now, .reason = reason});
}

Result<void> Steps::fail_and_retry_at(const Lease& lease, const std::string& reason, TimePoint run_at) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  return end_lease(*number, Move::retry_at, {.made = 1, .reason = reason}, run_at);
}

Result<void> Steps::release(const Lease& lease) {
  const auto number = find_leased(lease);
  if (!number) return number.error();
  return end_lease(*number, Move::release, {});
}

Result<jobs::Recovered> Steps::recover_expired(TimePoint now) {
  // All active ones are looked at: there are as many as workers, not as jobs.
  std::vector<JobNumber> expired;
  for (const auto& [number, active] : live_.active) {
    if (active.lease.until < now) expired.push_back(number);
  }
  std::sort(expired.begin(), expired.end());
  jobs::Recovered recovered;
  for (const JobNumber number : expired) {
    const auto before = tables_.stalls(number);
    if (!before) return before.error();
    const int stalls = *before + 1;
    const bool again = stalls <= jobs::kStallsMax;
    AttemptRow attempt{.stalls = 1};
    const std::string reason = jobs::stalled_reason(stalls);
    if (!again) {
      attempt.finished_at = live_.active.at(number).lease.until;
      attempt.reason = reason;
    }
    const auto ended = end_lease(number, again ? Move::recover : Move::give_up, attempt);
    if (!ended) return ended.error();
    (again ? recovered.waiting : recovered.failed).push_back(jobs::job_id_of(number));
  }
  return recovered;
}

// --- Looking, and tidying up

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
  --queue.row.failed;
  touch(queue);
  tell(queue);
  return {};
}

Result<void> Steps::remove(const jobs::JobId& id) {
  const auto row = find(id);
  if (!row) return row.error();
  const jobs::Job& job = row->job;
  if (job.state == JobState::active) {
    return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  }
  const JobNumber number = *jobs::job_number_of(id);
  Queue& queue = *live_.find_queue(row->queue);
  if (const auto removed = tables_.remove_job(number); !removed) return removed;
  if (job.state == JobState::waiting || job.state == JobState::delayed) {
    if (const auto removed = tables_.remove_from_line(row->seq); !removed) return removed;
    live_.moved.erase(row->seq);
  }
  switch (job.state) {
    case JobState::waiting:
      queue.order.remove(job.vendor, {.seq = row->seq, .priority = job.priority, .cost = job.cost});
      tell(queue);  // Another vendor may wait at its elastic cap for this one's jobs to go.
      break;
    case JobState::delayed:
      queue.delayed.erase({*job.run_at, number});
      live_.delayed.erase(number);
      break;
    case JobState::completed:
      --queue.row.completed;
      break;
    default:
      --queue.row.failed;
      break;
  }
  touch(queue);
  return {};
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
