// A worker's steps: a job taken, kept, ended.
#include <algorithm>

#include "adapters/store_sqlite/attempt_log.hpp"
#include "adapters/store_sqlite/steps.hpp"
#include "base/token.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_sqlite {

using jobs::JobState;
using jobs::Lease;
using jobs::Move;

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

}  // namespace cutroom::store_sqlite
