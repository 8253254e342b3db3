#include "engine/status.hpp"

#include <iterator>
#include <utility>

namespace cutroom::engine {
namespace {

// Of the store for one list: about 100,000 ids, some tens of milliseconds in all, between which others get
// their turn.
constexpr int kListStepsMax = 25;

}  // namespace

boost::asio::awaitable<Result<jobs::Job>> Status::job(jobs::JobId id) {
  auto job = co_await store_.get(std::move(id));
  if (!job && job.error().code == Errc::not_found)
    co_return Error{.code = Errc::not_found, .message = "Job not found"};
  co_return job;
}

boost::asio::awaitable<Result<AllCounts>> Status::counts() {
  AllCounts all;
  const std::pair<std::string_view, jobs::QueueCounts*> queues[] = {
      {jobs::kBackgroundRemoval, &all.background_removal},
      {jobs::kFaceCrop, &all.face_crop},
      {jobs::kImageProcessing, &all.image_processing},
  };
  for (const auto& [queue, into] : queues) {
    const auto counts = co_await store_.counts(std::string(queue));
    if (!counts) co_return counts.error();
    *into = *counts;
  }
  co_return all;
}

boost::asio::awaitable<Result<jobs::JobPage>> Status::list(jobs::JobFilter filter,
                                                           std::optional<jobs::JobId> older_than,
                                                           std::size_t limit) {
  jobs::JobPage page;
  page.older_than = std::move(older_than);
  for (int step = 0; step < kListStepsMax; ++step) {
    auto more = co_await store_.list(filter, page.older_than, limit - page.jobs.size());
    if (!more) co_return more.error();
    std::move(more->jobs.begin(), more->jobs.end(), std::back_inserter(page.jobs));
    page.older_than = std::move(more->older_than);
    if (!page.older_than || page.jobs.size() >= limit) break;
  }
  co_return page;
}

boost::asio::awaitable<Result<std::vector<jobs::AttemptLog>>> Status::log(jobs::JobId id) {
  co_return co_await store_.log(std::move(id));
}

boost::asio::awaitable<Result<jobs::Batch>> Status::batch(jobs::BatchId id) {
  co_return co_await store_.batch(std::move(id));
}

}  // namespace cutroom::engine
