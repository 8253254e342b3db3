// What is known of jobs, batches and queues.
#include <utility>

#include "adapters/store_memory/memory_store.hpp"
#include "jobs/job_filter.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_memory {

using boost::asio::awaitable;
using jobs::Job;
using jobs::JobState;

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

}  // namespace cutroom::store_memory
