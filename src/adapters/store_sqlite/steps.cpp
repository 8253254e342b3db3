#include "adapters/store_sqlite/steps.hpp"

#include <algorithm>

#include "adapters/store_sqlite/attempt_log.hpp"
#include "base/token.hpp"
#include "jobs/ending.hpp"
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
  cancelled_.clear();
  batches_.clear();
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
  cancelled_.clear();
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
  for (const auto& [number, row] : batches_) {
    if (const auto updated = tables_.update_batch(row); !updated) return updated;
  }
  batches_.clear();
  next_number_saved_ = live_.next_number;
  touched_.clear();
  finishes_.clear();
  return {};
}

// --- Adding and claiming

Result<jobs::Accepted> Steps::accept(const jobs::Handover& handover, TimePoint now) {
  if (const auto checked = check_handover(handover); !checked) return checked.error();
  if (handover.once) {
    auto before = repeated(*handover.once, now);
    if (!before) return before.error();
    if (*before) return std::move(**before);
  }
  jobs::Accepted accepted;
  std::optional<JobNumber> batch;
  if (handover.as_batch) {
    batch = live_.next_number++;
    accepted.batch = jobs::job_id_of(*batch);
  }
  const JobNumber first = live_.next_number;
  auto ids = add_all(handover.jobs, batch, now);
  if (!ids) return ids.error();
  accepted.ids = std::move(*ids);
  if (batch) {
    const auto queue = live_.queue(handover.jobs.front().queue, tables_);
    if (!queue) return queue.error();
    const auto lane = live_.lane(**queue, handover.jobs.front().vendor, tables_);
    if (!lane) return lane.error();
    const BatchRow row{.id = *batch,
                       .lane = *lane,
                       .created_at = now,
                       .total = handover.jobs.size(),
                       .after = handover.after_batch};
    if (const auto added = tables_.add_batch(row); !added) return added.error();
  }
  if (const auto& once = handover.once) {
    const OnceRow row{.fingerprint = once->fingerprint,
                      .first = first,
                      .count = accepted.ids.size(),
                      .batch = batch,
                      .note = once->note,
                      .at = now};
    if (const auto set = tables_.set_once(once->scope, once->key, row); !set) return set.error();
    if (const auto done = tables_.forget_onces(now - jobs::kOnceKept); !done) return done.error();
  }
  return accepted;
}

Result<std::optional<jobs::Accepted>> Steps::repeated(const jobs::Once& once, TimePoint now) {
  const auto row = tables_.once(once.scope, once.key);
  if (!row) return row.error();
  if (!*row || (*row)->at + jobs::kOnceKept <= now) return std::optional<jobs::Accepted>();
  if ((*row)->fingerprint != once.fingerprint) return jobs::key_conflict();
  jobs::Accepted accepted{.ids = {}, .batch = {}, .repeated = true, .note = (*row)->note};
  for (std::uint64_t n = 0; n < (*row)->count; ++n)
    accepted.ids.push_back(jobs::job_id_of((*row)->first + n));
  if ((*row)->batch) accepted.batch = jobs::job_id_of(*(*row)->batch);
  return std::optional(std::move(accepted));
}

Result<std::vector<jobs::JobId>> Steps::add_all(const std::vector<jobs::NewJob>& new_jobs,
                                                std::optional<JobNumber> batch, TimePoint now) {
  std::vector<jobs::JobId> ids;
  ids.reserve(new_jobs.size());
  for (const auto& job : new_jobs) {
    const auto queue = live_.queue(job.queue, tables_);
    if (!queue) return queue.error();
    const auto lane = live_.lane(**queue, job.vendor, tables_);
    if (!lane) return lane.error();
    const JobNumber number = live_.next_number++;
    LineRow row{
        .place = {.seq = number, .priority = job.priority, .cost = job.cost}, .job = number, .lane = *lane};
    if (job.delay > Millis{0}) row.run_at = now + job.delay;
    if (const auto added = tables_.add_job(number, *lane, job, batch, now); !added) return added.error();
    if (const auto added = tables_.add_to_line(row); !added) return added.error();
    if (row.run_at) {
      (*queue)->delayed.emplace(*row.run_at, number);
      live_.delayed.emplace(number,
                            DelayedJob{.job = {*queue, job.vendor, *lane, row.place}, .due = *row.run_at});
    } else {
      (*queue)->order.add(job.vendor, row.place);
    }
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
  live_.active.emplace(number, ActiveJob{.job = {queue, taken->vendor, (*row)->lane, taken->job},
                                         .lease = std::move(lease),
                                         .batch = (*row)->batch});
  return jobs::Claim{.job = jobs::LeasedJob{.job = std::move(job), .lease = std::move(given)}, .due = {}};
}

Result<void> Steps::promote_due(Queue& queue, TimePoint now) {
  for (std::size_t n = 0; n < jobs::kPromoteMax; ++n) {
    if (queue.delayed.empty() || queue.delayed.begin()->first > now) break;
    const auto at = live_.delayed.find(queue.delayed.begin()->second);
    check_move(Move::promote, JobState::delayed).value();
    const LiveJob& job = at->second.job;
    if (const auto promoted = tables_.promote(job.place.seq); !promoted) return promoted;
    if (at->second.paid)
      queue.order.put_back(job.vendor, job.place);
    else
      queue.order.add(job.vendor, job.place);
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

Result<std::optional<jobs::BatchId>> Steps::end_lease(JobNumber number, Move move, AttemptRow attempt,
                                                      TimePoint now, std::optional<TimePoint> run_at) {
  const auto at = live_.active.find(number);
  const LiveJob job = std::move(at->second.job);
  const std::optional<JobNumber> batch = at->second.batch;
  const JobState to = check_move(move, JobState::active).value();
  const bool has_ended = to == JobState::completed || to == JobState::failed;
  attempt.job = number;
  attempt.started_at = at->second.lease.started_at;
  if (has_ended) attempt.ended = to_string(to);
  live_.active.erase(at);

  if (const auto written = tables_.end_attempt(attempt); !written) return written.error();
  if (const auto removed = tables_.remove_lease(number); !removed) return removed.error();
  const auto lined =
      has_ended ? tables_.remove_from_line(job.place.seq) : tables_.set_paid(job.place.seq, run_at);
  if (!lined) return lined.error();

  Queue& queue = *job.queue;
  --queue.active;
  if (has_ended) {
    ++(to == JobState::completed ? queue.row.completed : queue.row.failed);
    live_.moved.erase(job.place.seq);
  } else if (to == JobState::delayed) {
    queue.delayed.emplace(*run_at, number);
    live_.delayed.emplace(number, DelayedJob{.job = job, .due = *run_at, .paid = true});
    tell(queue);
  } else {
    queue.order.put_back(job.vendor, job.place);
    tell(queue);
  }
  queue.order.ended(job.vendor);
  // Its vendor may have been at the cap.
  if (queue.order.waiting_of(job.vendor) > 0 && queue.order.share(job.vendor).cap > 0) tell(queue);
  touch(queue);
  if (!has_ended || !batch) return std::optional<jobs::BatchId>();
  const auto row = batch_row(*batch);
  if (!row) return row.error();
  ++(to == JobState::completed ? (*row)->completed : (*row)->failed);
  return close_if_done(**row, now);
}

Result<jobs::Settled> Steps::settle(const Lease& lease, jobs::Settlement settlement, TimePoint now) {
  for (const auto& job : settlement.follow_ups) {
    if (const auto checked = check_new_job(job); !checked) return checked.error();
  }
  const auto number = find_leased(lease);
  if (!number) return number.error();
  const LeaseRow& row = live_.active.at(*number).lease;
  fail_if_cancelled(settlement, row.cancelled);
  const bool is_complete = settlement.move == Move::complete;
  const std::string line = log_line({.started_at = row.started_at,
                                     .ended_at = now,
                                     .outcome = std::string(outcome_of(settlement.move, row.cancelled)),
                                     .error = is_complete ? std::string() : settlement.text,
                                     .steps_json = settlement.steps_json});
  AttemptRow attempt{.log = line};
  if (settlement.move != Move::release) attempt.made = 1;
  if (is_complete) attempt.result = settlement.text;
  if (settlement.move == Move::fail || settlement.move == Move::retry_at) attempt.reason = settlement.text;
  if (is_complete || settlement.move == Move::fail) attempt.finished_at = now;
  auto done = end_lease(*number, settlement.move, attempt, now, settlement.run_at);
  if (!done) return done.error();
  if (const auto added = add_all(settlement.follow_ups, std::nullopt, now); !added) return added.error();
  return jobs::Settled{.batch_done = std::move(*done)};
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
    const LeaseRow lease = live_.active.at(number).lease;
    const bool again = stalls <= jobs::kStallsMax && !lease.cancelled;
    const std::string reason =
        lease.cancelled ? std::string(jobs::kCancelledReason) : jobs::stalled_reason(stalls);
    const std::string line = log_line({.started_at = lease.started_at,
                                       .ended_at = lease.until,
                                       .outcome = lease.cancelled ? "cancelled" : "stalled",
                                       .error = reason,
                                       .steps_json = {}});
    AttemptRow attempt{.stalls = 1, .log = line};
    if (!again) {
      attempt.finished_at = lease.until;
      attempt.reason = reason;
    }
    auto done = end_lease(number, again ? Move::recover : Move::give_up, attempt, lease.until);
    if (!done) return done.error();
    if (*done) recovered.batches_done.push_back(std::move(**done));
    (again ? recovered.waiting : recovered.failed).push_back(jobs::job_id_of(number));
  }
  return recovered;
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
