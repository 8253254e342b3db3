// Jobs handed over, and a worker's way through them: taken, kept, ended.
#include <algorithm>

#include "adapters/store_memory/memory_store.hpp"
#include "base/token.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_memory {

using boost::asio::awaitable;
using jobs::Job;
using jobs::JobState;
using jobs::Lease;
using jobs::Move;

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

}  // namespace cutroom::store_memory
