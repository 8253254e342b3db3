#include "engine/status.hpp"

namespace cutroom::engine {

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

}  // namespace cutroom::engine
