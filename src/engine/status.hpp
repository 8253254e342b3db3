// Use case: look at jobs and queues.
#pragma once

#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

struct AllCounts {
  jobs::QueueCounts background_removal;
  jobs::QueueCounts face_crop;
  jobs::QueueCounts image_processing;
};

class Status {
 public:
  explicit Status(jobs::JobStore& store) : store_(store) {}
  // not_found: "Job not found".
  boost::asio::awaitable<Result<jobs::Job>> job(jobs::JobId);
  boost::asio::awaitable<Result<AllCounts>> counts();
  // Looks through the store in bounded steps until `limit` jobs are found or so many were looked at that the
  // caller should ask again.
  boost::asio::awaitable<Result<jobs::JobPage>> list(jobs::JobFilter, std::optional<jobs::JobId> older_than,
                                                     std::size_t limit);
  // not_found.
  boost::asio::awaitable<Result<std::vector<jobs::AttemptLog>>> log(jobs::JobId);
  boost::asio::awaitable<Result<jobs::Batch>> batch(jobs::BatchId);

 private:
  jobs::JobStore& store_;
};

}  // namespace cutroom::engine
