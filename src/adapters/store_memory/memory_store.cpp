#include "adapters/store_memory/memory_store.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "base/token.hpp"
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
  entry.job.progress = entry.job.state == JobState::completed ? 100 : 0;
  order.ended(entry.job.vendor);
  // Its vendor may have been at the cap.
  if (order.waiting_of(entry.job.vendor) > 0 && order.share(entry.job.vendor).cap > 0) tell(entry.job.queue);
}

void MemoryStore::put_back(Entry& entry) {
  number_at_[entry.seq] = *jobs::job_number_of(entry.job.id);
  queue_of(entry.job.queue)
      .order.put_back(entry.job.vendor,
                      {.seq = entry.seq, .priority = entry.job.priority, .cost = entry.job.cost});
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

awaitable<Result<std::vector<jobs::JobId>>> MemoryStore::add(std::vector<jobs::NewJob> new_jobs,
                                                             TimePoint now) {
  for (const auto& job : new_jobs) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
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
                        .created_at = now},
                .seq = number};
    Queue& queue = queue_of(from.queue);
    queue.order.add(from.vendor, {.seq = number, .priority = from.priority, .cost = from.cost});
    ++queue.counts.waiting;
    ids.push_back(entry.job.id);
    number_at_[number] = number;
    entries_.emplace(number, std::move(entry));
    tell(from.queue);
  }
  co_return ids;
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

awaitable<Result<void>> MemoryStore::complete(Lease lease, std::string result_json, TimePoint now) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  Job& job = (*entry)->job;
  move(**entry, Move::complete);
  ++job.attempts_made;
  job.finished_at = now;
  job.result_json = std::move(result_json);
  drop_lease(**entry);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryStore::fail(Lease lease, std::string reason, TimePoint now) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  Job& job = (*entry)->job;
  move(**entry, Move::fail);
  ++job.attempts_made;
  job.finished_at = now;
  job.failed_reason = std::move(reason);
  drop_lease(**entry);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryStore::fail_and_retry_at(Lease lease, std::string reason, TimePoint run_at,
                                                       TimePoint /*now*/) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  Job& job = (*entry)->job;
  move(**entry, Move::retry_at);
  ++job.attempts_made;
  job.run_at = run_at;
  job.failed_reason = std::move(reason);
  queue_of(job.queue).delayed.emplace(run_at, *jobs::job_number_of(job.id));
  drop_lease(**entry);
  tell(job.queue);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryStore::release(Lease lease, TimePoint /*now*/) {
  const auto entry = find_leased(lease);
  if (!entry) co_return entry.error();
  move(**entry, Move::release);
  put_back(**entry);
  drop_lease(**entry);
  co_return Result<void>();
}

awaitable<Result<jobs::Recovered>> MemoryStore::recover_expired(TimePoint now) {
  jobs::Recovered recovered;
  for (auto& [number, entry] : entries_) {
    Job& job = entry.job;
    if (job.state != JobState::active || entry.lease.until >= now) continue;
    ++job.stalls;
    if (job.stalls <= jobs::kStallsMax) {
      move(entry, Move::recover);
      put_back(entry);
      recovered.waiting.push_back(job.id);
    } else {
      move(entry, Move::give_up);
      job.finished_at = entry.lease.until;
      job.failed_reason = jobs::stalled_reason(job.stalls);
      recovered.failed.push_back(job.id);
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
  (*entry)->seq = next_number_++;
  number_at_[(*entry)->seq] = *jobs::job_number_of(job.id);
  queue_of(job.queue).order.add(job.vendor,
                                {.seq = (*entry)->seq, .priority = job.priority, .cost = job.cost});
  tell(job.queue);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryStore::remove(jobs::JobId id) {
  const auto entry = find(id);
  if (!entry) co_return entry.error();
  const Job& job = (*entry)->job;
  if (job.state == JobState::active) {
    co_return Error{.code = Errc::conflict, .message = "A job that is active can't be removed"};
  }
  const std::uint64_t number = *jobs::job_number_of(job.id);
  Queue& queue = queue_of(job.queue);
  if (job.state == JobState::waiting) {
    const OrderedJob place{.seq = (*entry)->seq, .priority = job.priority, .cost = job.cost};
    queue.order.remove(job.vendor, place);
    number_at_.erase((*entry)->seq);
    tell(job.queue);  // Another vendor may wait at its elastic cap for this one's jobs to go.
  } else if (job.state == JobState::delayed) {
    queue.delayed.erase({*job.run_at, number});
  }
  --count_of(queue.counts, job.state);
  entries_.erase(number);
  co_return Result<void>();
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
