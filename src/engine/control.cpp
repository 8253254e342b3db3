#include "engine/control.hpp"

#include <utility>

#include "engine/failure_record.hpp"

namespace cutroom::engine {

using boost::asio::awaitable;
using jobs::JobState;

namespace {

// Jobs looked at in one step of the store.
constexpr std::size_t kPageJobs = 500;

}  // namespace

awaitable<Result<bool>> Control::cancel(jobs::JobId id) {
  const auto job = co_await parts_.store.get(id);
  if (!job) co_return job.error();
  const std::string reason(jobs::kCancelledReason);
  auto follow_ups = parts_.follow_ups(*job, JobState::failed, reason);
  auto cancelled = co_await parts_.store.cancel(id, std::move(follow_ups), parts_.clock.now());
  if (!cancelled) co_return cancelled.error();
  if (cancelled->is_stopping) co_return true;
  co_await record_failure(parts_.records, *job, reason, parts_.clock.now());
  parts_.announcer.failed(*job, reason);
  co_await parts_.announcer.batch_done(std::move(cancelled->batch_done));
  co_return false;
}

awaitable<Result<std::size_t>> Control::cancel_batch(jobs::BatchId id) {
  if (const auto batch = co_await parts_.store.batch(id); !batch) co_return batch.error();
  jobs::JobFilter filter;
  filter.batch = id;
  std::optional<jobs::JobId> older_than;
  std::size_t count = 0;
  do {
    const auto page = co_await parts_.store.list(filter, older_than, kPageJobs);
    if (!page) co_return page.error();
    for (const jobs::Job& job : page->jobs) {
      if (job.state == JobState::completed || job.state == JobState::failed) continue;
      // One that has ended meanwhile has ended; the others go on.
      if (const auto done = co_await cancel(job.id); done) ++count;
    }
    older_than = page->older_than;
  } while (older_than);
  co_return count;
}

awaitable<Result<void>> Control::retry(jobs::JobId id) {
  if (auto done = co_await parts_.store.retry(id, parts_.clock.now()); !done) co_return done;
  if (const auto job = co_await parts_.store.get(id)) parts_.announcer.waiting(*job);
  co_return Result<void>();
}

awaitable<Result<void>> Control::promote(jobs::JobId id) {
  if (auto done = co_await parts_.store.promote(id); !done) co_return done;
  if (const auto job = co_await parts_.store.get(id)) parts_.announcer.waiting(*job);
  co_return Result<void>();
}

awaitable<Result<void>> Control::remove(jobs::JobId id) {
  const auto job = co_await parts_.store.get(id);
  if (!job) co_return job.error();
  if (auto done = co_await parts_.store.remove(id, parts_.clock.now()); !done) co_return done;
  parts_.announcer.removed(*job);
  co_return Result<void>();
}

awaitable<Result<std::size_t>> Control::retry_all(jobs::JobFilter filter, std::string reason) {
  filter.state = JobState::failed;
  std::optional<jobs::JobId> older_than;
  std::size_t count = 0;
  do {
    const auto page = co_await parts_.store.list(filter, older_than, kPageJobs);
    if (!page) co_return page.error();
    for (const jobs::Job& job : page->jobs) {
      if (job.failed_reason.find(reason) == std::string::npos) continue;
      if (const auto done = co_await retry(job.id); done) ++count;
    }
    older_than = page->older_than;
  } while (older_than);
  co_return count;
}

awaitable<Result<void>> Control::set_paused(std::string queue, bool paused) {
  co_return co_await parts_.store.set_paused(std::move(queue), paused);
}

awaitable<Result<std::size_t>> Control::drain(std::string queue, std::optional<std::string> vendor) {
  std::size_t count = 0;
  for (;;) {
    const auto removed = co_await parts_.store.remove_waiting(queue, vendor, parts_.clock.now());
    if (!removed) co_return removed.error();
    count += *removed;
    if (*removed < jobs::kRemoveMax) co_return count;
  }
}

}  // namespace cutroom::engine
