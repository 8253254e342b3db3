// Use case: look at jobs and queues.
#pragma once

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

 private:
  jobs::JobStore& store_;
};

}  // namespace cutroom::engine
