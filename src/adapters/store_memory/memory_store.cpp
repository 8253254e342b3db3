#include "adapters/store_memory/memory_store.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "base/token.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_filter.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_memory {

using boost::asio::awaitable;
using jobs::Job;
using jobs::JobState;
using jobs::Lease;
using jobs::Move;
using jobs::OrderedJob;

namespace {

std::uint64_t& count_of(jobs::QueueCounts& counts, JobState state) {
  switch (state) {
    case JobState::active:
      return counts.active;
    case JobState::completed:
      return counts.completed;
    case JobState::failed:
      return counts.failed;
    case JobState::delayed:
      return counts.delayed;
    case JobState::waiting:
    case JobState::paused:
      break;
  }
  return counts.waiting;
}

}  // namespace

MemoryStore::Queue& MemoryStore::queue_of(const std::string& name) {
  const auto [at, made] = queues_.try_emplace(name);
  if (made) {
    for (const auto& [vendor, share] : shares_) at->second.order.set_share(vendor, share);
  }
  return at->second;
}

Result<MemoryStore::Entry*> MemoryStore::find(const jobs::JobId& id) {
  const auto number = jobs::job_number_of(id);
  const auto at = number ? entries_.find(*number) : entries_.end();
  if (at == entries_.end()) return Error{.code = Errc::not_found, .message = "Job not found"};
  return &at->second;
}

Result<MemoryStore::Entry*> MemoryStore::find_leased(const Lease& lease) {
  const auto entry = find(lease.id);
  if (!entry || (*entry)->job.state != JobState::active || (*entry)->lease.token != lease.token) {
    return Error{.code = Errc::lease_lost};
  }
  return entry;
}

void MemoryStore::move(Entry& entry, Move move) {
  auto& counts = queue_of(entry.job.queue).counts;
  const JobState to = check_move(move, entry.job.state).value();
  --count_of(counts, entry.job.state);
  ++count_of(counts, to);
  entry.job.state = to;
}

void MemoryStore::drop_lease(Entry& entry) {
  auto& order = queue_of(entry.job.queue).order;
  entry.lease = {};
  entry.cancelled = false;
  entry.job.progress = entry.job.state == JobState::completed ? 100 : 0;
  order.ended(entry.job.vendor);
  // Its vendor may have been at the cap.
  if (order.waiting_of(entry.job.vendor) > 0 && order.share(entry.job.vendor).cap > 0) tell(entry.job.queue);
}

void MemoryStore::put_back(Entry& entry) {
  number_at_[entry.seq] = *jobs::job_number_of(entry.job.id);
  auto& order = queue_of(entry.job.queue).order;
  const OrderedJob place{.seq = entry.seq, .priority = entry.job.priority, .cost = entry.job.cost};
  if (entry.paid)
    order.put_back(entry.job.vendor, place);
  else
    order.add(entry.job.vendor, place);
  tell(entry.job.queue);
}

void MemoryStore::promote_due(Queue& queue, TimePoint now) {
  for (std::size_t n = 0; n < jobs::kPromoteMax; ++n) {
    if (queue.delayed.empty() || queue.delayed.begin()->first > now) return;
    Entry& entry = entries_.at(queue.delayed.begin()->second);
    queue.delayed.erase(queue.delayed.begin());
    move(entry, Move::promote);
    entry.job.run_at.reset();
    put_back(entry);
  }
}

void MemoryStore::tell(const std::string& queue) {
  if (on_work_) boost::asio::post(executor_, [callback = on_work_, queue] { callback(queue); });
}

std::vector<jobs::JobId> MemoryStore::add_all(std::vector<jobs::NewJob>& new_jobs,
                                              std::optional<jobs::BatchId> batch, TimePoint now) {
  std::vector<jobs::JobId> ids;
  for (auto& from : new_jobs) {
    const std::uint64_t number = next_number_++;
    Entry entry{.job = {.id = jobs::job_id_of(number),
                        .queue = from.queue,
                        .vendor = from.vendor,
                        .payload_json = std::move(from.payload_json),
                        .priority = from.priority,
                        .cost = from.cost,
                        .retry = from.retry,
                        .timeout = from.timeout,
                        .project = std::move(from.project),
                        .batch = batch,
                        .created_at = now},
                .seq = number};
    Queue& queue = queue_of(from.queue);
    if (from.delay > Millis{0}) {
      entry.job.state = JobState::delayed;
      entry.job.run_at = now + from.delay;
      queue.delayed.emplace(*entry.job.run_at, number);
      ++queue.counts.delayed;
    } else {
      queue.order.add(from.vendor, {.seq = number, .priority = from.priority, .cost = from.cost});
      number_at_[number] = number;
      ++queue.counts.waiting;
    }
    ids.push_back(entry.job.id);
    entries_.emplace(number, std::move(entry));
    tell(from.queue);
  }
  return ids;
}

awaitable<Result<jobs::Accepted>> MemoryStore::accept(jobs::Handover handover, TimePoint now) {
  if (const auto checked = check_handover(handover); !checked) co_return checked.error();
  if (handover.once) {
    auto before = co_await repeated(*handover.once, now);
    if (!before) co_return before.error();
    if (*before) co_return std::move(**before);
  }
  jobs::Accepted accepted;
  if (handover.as_batch) accepted.batch = jobs::job_id_of(next_number_++);
  accepted.ids = add_all(handover.jobs, accepted.batch, now);
  if (accepted.batch) {
    BatchEntry entry;
    entry.batch = {.id = *accepted.batch,
                   .queue = handover.jobs.front().queue,
                   .vendor = handover.jobs.front().vendor,
                   .created_at = now,
                   .total = accepted.ids.size()};
    entry.after = std::move(handover.after_batch);
    batches_.emplace(*accepted.batch, std::move(entry));
  }
  if (handover.once) {
    jobs::Accepted repeated = accepted;
    repeated.repeated = true;
    repeated.note = handover.once->note;
    onces_[{handover.once->scope, handover.once->key}] = {
        .fingerprint = handover.once->fingerprint, .accepted = std::move(repeated), .at = now};
  }
  co_return accepted;
}

awaitable<Result<std::optional<jobs::Accepted>>> MemoryStore::repeated(jobs::Once once, TimePoint now) {
  const auto at = onces_.find({once.scope, once.key});
  if (at == onces_.end() || at->second.at + jobs::kOnceKept <= now) co_return std::optional<jobs::Accepted>();
  if (at->second.fingerprint != once.fingerprint) co_return jobs::key_conflict();
  co_return std::optional(at->second.accepted);
}

awaitable<Result<jobs::Claim>> MemoryStore::claim(jobs::ClaimOptions options) {
  const auto at = queues_.find(options.queue);
  if (at == queues_.end() || at->second.paused) co_return jobs::Claim{};
  Queue& queue = at->second;
  promote_due(queue, options.now);
  const auto taken = queue.order.take();
  if (!taken) {
    if (queue.delayed.empty()) co_return jobs::Claim{};
    co_return jobs::Claim{.job = {}, .due = queue.delayed.begin()->first};
  }
  const auto place = number_at_.find(taken->job.seq);
  Entry& entry = entries_.at(place->second);
  number_at_.erase(place);
  move(entry, Move::claim);
  entry.job.processed_at = options.now;
  entry.paid = true;
  entry.lease = {.id = entry.job.id, .token = random_token(), .until = options.now + options.lease};
  co_return jobs::Claim{.job = jobs::LeasedJob{.job = entry.job, .lease = entry.lease}, .due = {}};
}

awaitable<Result<TimePoint>> MemoryStore::extend_lease(Lease lease, Millis length, TimePoint now) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  (*entry)->lease.until = now + length;
  co_return (*entry)->lease.until;
}

awaitable<Result<void>> MemoryStore::report_progress(Lease lease, int percent) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  (*entry)->job.progress = std::clamp(percent, 0, 100);
  co_return Result<void>();
}

void MemoryStore::end_attempt(Entry& entry, std::string outcome, std::string error, std::string steps_json,
                              TimePoint now) {
  entry.log.push_back({.started_at = entry.job.processed_at.value_or(now),
                       .ended_at = now,
                       .outcome = std::move(outcome),
                       .error = std::move(error),
                       .steps_json = std::move(steps_json)});
}

std::optional<jobs::BatchId> MemoryStore::count_ended(const Entry& entry, TimePoint now) {
  if (!entry.job.batch) return std::nullopt;
  jobs::Batch& batch = batches_.at(*entry.job.batch).batch;
  ++(entry.job.state == JobState::completed ? batch.completed : batch.failed);
  return close_if_done(batch.id, now);
}

std::optional<jobs::BatchId> MemoryStore::close_if_done(jobs::BatchId id, TimePoint now) {
  BatchEntry& entry = batches_.at(id);
  jobs::Batch& batch = entry.batch;
  if (batch.done_at || batch.completed + batch.failed + batch.removed < batch.total) return std::nullopt;
  batch.done_at = now;
  if (entry.after) {
    std::vector<jobs::NewJob> after{*entry.after};
    after[0].payload_json = jobs::with_batch_id(after[0].payload_json, id);
    add_all(after, std::nullopt, now);
  }
  return id;
}

awaitable<Result<jobs::Settled>> MemoryStore::settle(Lease lease, jobs::Settlement settlement,
                                                     TimePoint now) {
  for (const auto& job : settlement.follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  const auto found = find_leased(lease);
  if (!found) co_return found.error();
  Entry& entry = **found;
  jobs::fail_if_cancelled(settlement, entry.cancelled);
  Job& job = entry.job;
  move(entry, settlement.move);
  end_attempt(entry, std::string(jobs::outcome_of(settlement.move, entry.cancelled)),
              settlement.move == Move::complete ? std::string() : settlement.text,
              std::move(settlement.steps_json), now);
  if (settlement.move == Move::release) {
    put_back(entry);
  } else {
    ++job.attempts_made;
    if (settlement.move == Move::complete)
      job.result_json = std::move(settlement.text);
    else
      job.failed_reason = std::move(settlement.text);
    if (settlement.move == Move::retry_at) {
      job.run_at = settlement.run_at;
      queue_of(job.queue).delayed.emplace(*settlement.run_at, *jobs::job_number_of(job.id));
      tell(job.queue);
    } else {
      job.finished_at = now;
    }
  }
  drop_lease(entry);
  jobs::Settled settled;
  if (job.finished_at) settled.batch_done = count_ended(entry, now);
  add_all(settlement.follow_ups, std::nullopt, now);
  co_return settled;
}

awaitable<Result<jobs::Recovered>> MemoryStore::recover_expired(TimePoint now) {
  jobs::Recovered recovered;
  // Not over the entries themselves: a batch that ends may add one.
  std::vector<std::uint64_t> expired;
  for (const auto& [number, entry] : entries_) {
    if (entry.job.state == JobState::active && entry.lease.until < now) expired.push_back(number);
  }
  for (const std::uint64_t number : expired) {
    Entry& entry = entries_.at(number);
    Job& job = entry.job;
    const TimePoint ended = entry.lease.until;
    ++job.stalls;
    const bool again = job.stalls <= jobs::kStallsMax && !entry.cancelled;
    const std::string reason =
        entry.cancelled ? std::string(jobs::kCancelledReason) : jobs::stalled_reason(job.stalls);
    end_attempt(entry, entry.cancelled ? "cancelled" : "stalled", reason, {}, ended);
    if (again) {
      move(entry, Move::recover);
      put_back(entry);
      recovered.waiting.push_back(job.id);
    } else {
      move(entry, Move::give_up);
      job.finished_at = ended;
      job.failed_reason = reason;
      recovered.failed.push_back(job.id);
      if (auto done = count_ended(entry, ended)) recovered.batches_done.push_back(std::move(*done));
    }
    drop_lease(entry);
  }
  co_return recovered;
}

awaitable<Result<Job>> MemoryStore::get(jobs::JobId id) {
  const auto entry = find(id);
  if (!entry) co_return entry.error();
  Job job = (*entry)->job;
  if (job.state == JobState::waiting && queue_of(job.queue).paused) job.state = JobState::paused;
  co_return job;
}

awaitable<Result<jobs::QueueCounts>> MemoryStore::counts(std::string name) {
  const auto at = queues_.find(name);
  if (at == queues_.end()) co_return jobs::QueueCounts{};
  jobs::QueueCounts counts = at->second.counts;
  if (at->second.paused) std::swap(counts.waiting, counts.paused);
  co_return counts;
}

awaitable<Result<void>> MemoryStore::retry(jobs::JobId id, TimePoint /*now*/) {
  const auto entry = find(id);
  if (!entry) co_return entry.error();
  Job& job = (*entry)->job;
  if (const auto checked = check_move(Move::retry, job.state); !checked) co_return checked.error();
  move(**entry, Move::retry);
  job.attempts_made = 0;
  job.stalls = 0;
  job.processed_at.reset();
  job.finished_at.reset();
  job.failed_reason.clear();
  (*entry)->paid = false;
  if (job.batch) {
    jobs::Batch& batch = batches_.at(*job.batch).batch;
    --batch.failed;
    batch.done_at.reset();
  }
  (*entry)->seq = next_number_++;
  number_at_[(*entry)->seq] = *jobs::job_number_of(job.id);
  queue_of(job.queue).order.add(job.vendor,
                                {.seq = (*entry)->seq, .priority = job.priority, .cost = job.cost});
  tell(job.queue);
  co_return Result<void>();
}

void MemoryStore::forget(Entry& entry) {
  const Job& job = entry.job;
  const std::uint64_t number = *jobs::job_number_of(job.id);
  Queue& queue = queue_of(job.queue);
  if (job.state == JobState::waiting) {
    queue.order.remove(job.vendor, {.seq = entry.seq, .priority = job.priority, .cost = job.cost});
    number_at_.erase(entry.seq);
    tell(job.queue);  // Another vendor may wait at its elastic cap for this one's jobs to go.
  } else if (job.state == JobState::delayed) {
    queue.delayed.erase({*job.run_at, number});
  }
  --count_of(queue.counts, job.state);
  entries_.erase(number);
}

awaitable<Result<void>> MemoryStore::remove(jobs::JobId id, TimePoint now) {
  const auto entry = find(id);
  if (!entry) co_return entry.error();
  const Job& job = (*entry)->job;
  if (job.state == JobState::active) {
    co_return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  }
  const auto batch = job.batch;
  const bool was_open = job.state == JobState::waiting || job.state == JobState::delayed;
  forget(**entry);
  if (batch && was_open) {
    ++batches_.at(*batch).batch.removed;
    close_if_done(*batch, now);
  }
  co_return Result<void>();
}

awaitable<Result<std::size_t>> MemoryStore::remove_waiting(std::string queue,
                                                           std::optional<std::string> vendor, TimePoint now) {
  std::vector<jobs::JobId> ids;
  for (auto at = entries_.rbegin(); at != entries_.rend() && ids.size() < jobs::kRemoveMax; ++at) {
    const Job& job = at->second.job;
    if (job.state == JobState::waiting && job.queue == queue && (!vendor || job.vendor == *vendor))
      ids.push_back(job.id);
  }
  for (jobs::JobId& id : ids) (void)co_await remove(std::move(id), now);
  co_return ids.size();
}

awaitable<Result<std::size_t>> MemoryStore::prune(jobs::PruneRule rule) {
  const auto queue = queues_.find(rule.queue);
  if (queue == queues_.end()) co_return std::size_t{0};
  std::uint64_t kept = count_of(queue->second.counts, rule.state);
  std::size_t pruned = 0;
  for (auto at = entries_.begin(); at != entries_.end() && pruned < jobs::kRemoveMax;) {
    Entry& entry = (at++)->second;
    if (entry.job.queue != rule.queue || entry.job.state != rule.state) continue;
    if (kept <= rule.keep_newest_max && !(*entry.job.finished_at < rule.ended_before)) continue;
    forget(entry);
    --kept;
    ++pruned;
  }
  co_return pruned;
}

awaitable<Result<jobs::Cancelled>> MemoryStore::cancel(jobs::JobId id, std::vector<jobs::NewJob> follow_ups,
                                                       TimePoint now) {
  for (const auto& job : follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  const auto found = find(id);
  if (!found) co_return found.error();
  Entry& entry = **found;
  Job& job = entry.job;
  if (const auto checked = check_move(Move::cancel, job.state); !checked) co_return checked.error();
  if (job.state == JobState::active) {
    entry.cancelled = true;
    if (on_cancel_) boost::asio::post(executor_, [callback = on_cancel_, id] { callback(id); });
    co_return jobs::Cancelled{.is_stopping = true, .batch_done = {}};
  }
  Queue& queue = queue_of(job.queue);
  if (job.state == JobState::waiting) {
    queue.order.remove(job.vendor, {.seq = entry.seq, .priority = job.priority, .cost = job.cost});
    number_at_.erase(entry.seq);
    tell(job.queue);
  } else {
    queue.delayed.erase({*job.run_at, *jobs::job_number_of(id)});
    job.run_at.reset();
  }
  move(entry, Move::cancel);
  job.finished_at = now;
  job.failed_reason = jobs::kCancelledReason;
  jobs::Cancelled cancelled{.is_stopping = false, .batch_done = count_ended(entry, now)};
  add_all(follow_ups, std::nullopt, now);
  co_return cancelled;
}

awaitable<Result<void>> MemoryStore::promote(jobs::JobId id) {
  const auto found = find(id);
  if (!found) co_return found.error();
  Entry& entry = **found;
  if (const auto checked = check_move(Move::promote, entry.job.state); !checked) co_return checked.error();
  queue_of(entry.job.queue).delayed.erase({*entry.job.run_at, *jobs::job_number_of(id)});
  move(entry, Move::promote);
  entry.job.run_at.reset();
  put_back(entry);
  co_return Result<void>();
}

awaitable<Result<jobs::JobPage>> MemoryStore::list(jobs::JobFilter filter,
                                                   std::optional<jobs::JobId> older_than, std::size_t limit) {
  const auto cursor = older_than ? jobs::job_number_of(*older_than) : std::optional(next_number_);
  jobs::JobPage page;
  if (!cursor) co_return page;
  for (auto at = entries_.lower_bound(*cursor); at != entries_.begin();) {
    --at;
    Job job = at->second.job;
    if (job.state == JobState::waiting && queue_of(job.queue).paused) job.state = JobState::paused;
    if (!jobs::matches(filter, job)) continue;
    if (page.jobs.size() == limit) {
      page.older_than = page.jobs.back().id;
      break;
    }
    page.jobs.push_back(std::move(job));
  }
  co_return page;
}

awaitable<Result<std::vector<jobs::AttemptLog>>> MemoryStore::log(jobs::JobId id) {
  const auto found = find(id);
  if (!found) co_return found.error();
  co_return (*found)->log;
}

awaitable<Result<jobs::Batch>> MemoryStore::batch(jobs::BatchId id) {
  const auto at = batches_.find(id);
  if (at == batches_.end()) co_return Error{.code = Errc::not_found, .message = "Batch not found"};
  jobs::Batch batch = at->second.batch;
  for (const auto& [number, entry] : entries_) {
    if (entry.job.batch != id) continue;
    if (entry.job.state == JobState::active) ++batch.active;
    if (entry.job.state == JobState::delayed) ++batch.delayed;
  }
  co_return batch;
}

awaitable<Result<void>> MemoryStore::set_paused(std::string queue, bool paused) {
  queue_of(queue).paused = paused;
  if (!paused) tell(queue);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryStore::set_share(std::string vendor, jobs::VendorShare share) {
  if (const auto checked = check_share(share); !checked) co_return checked.error();
  shares_[vendor] = share;
  for (auto& [name, queue] : queues_) {
    queue.order.set_share(vendor, share);
    tell(name);
  }
  co_return Result<void>();
}

}  // namespace cutroom::store_memory
