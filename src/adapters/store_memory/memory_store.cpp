#include "adapters/store_memory/memory_store.hpp"

#include <boost/asio/post.hpp>

#include "jobs/ending.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_memory {

using jobs::Job;
using jobs::JobState;
using jobs::Lease;
using jobs::Move;
using jobs::OrderedJob;

std::uint64_t& MemoryStore::count_of(jobs::QueueCounts& counts, JobState state) {
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
  auto entry = find(lease.id);
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

}  // namespace cutroom::store_memory
