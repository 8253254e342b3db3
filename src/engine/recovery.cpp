#include "engine/recovery.hpp"

#include "base/log.hpp"
#include "engine/failure_record.hpp"

namespace cutroom::engine {

boost::asio::awaitable<Result<void>> Recovery::run(TimePoint before) {
  const auto recovered = co_await store_.recover_expired(before);
  if (!recovered) co_return recovered.error();
  if (!recovered->waiting.empty() || !recovered->failed.empty())
    log::warn("workers died at work: {} jobs wait again, {} failed", recovered->waiting.size(),
              recovered->failed.size());
  for (const jobs::JobId& id : recovered->failed) {
    const auto job = co_await store_.get(id);
    if (job) co_await tell(*job);
  }
  for (const jobs::BatchId& id : recovered->batches_done) co_await announcer_.batch_done(id);
  co_return Result<void>();
}

boost::asio::awaitable<void> Recovery::tell(const jobs::Job& job) {
  co_await record_failure(records_, job, job.failed_reason, clock_.now());
  announcer_.failed(job, job.failed_reason);
  jobs::Handover handover{.jobs = follow_ups_(job, jobs::JobState::failed, job.failed_reason)};
  if (handover.jobs.empty()) co_return;
  const auto accepted = co_await store_.accept(std::move(handover), clock_.now());
  if (!accepted) log::error("job {}: what follows it is lost: {}", job.id, accepted.error().detail);
}

}  // namespace cutroom::engine
