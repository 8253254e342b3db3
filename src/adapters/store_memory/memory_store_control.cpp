// What people do to jobs: stop, move and remove them.
#include <boost/asio/post.hpp>

#include "adapters/store_memory/memory_store.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_memory {

using boost::asio::awaitable;
using jobs::Job;
using jobs::JobState;
using jobs::Move;

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
