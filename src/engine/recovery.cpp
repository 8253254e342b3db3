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
    if (!job) continue;
    co_await record_failure(records_, *job, job->failed_reason, clock_.now());
    announcer_.failed(*job, job->failed_reason);
  }
  for (const jobs::BatchId& id : recovered->batches_done) co_await announcer_.batch_done(id);
  co_return Result<void>();
}

}  // namespace cutroom::engine
