// Use case: decide about jobs that are there already.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/record_store.hpp"
#include "engine/announcer.hpp"
#include "engine/follow_ups.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

class Control {
 public:
  struct Parts {
    jobs::JobStore& store;
    delivery::RecordStore& records;
    Announcer& announcer;
    const Clock& clock;
    FollowUps follow_ups = no_follow_ups;
  };
  explicit Control(Parts parts) : parts_(std::move(parts)) {}

  // not_found; conflict where the job has ended. true: it runs, and ends at its next step.
  boost::asio::awaitable<Result<bool>> cancel(jobs::JobId);
  // All jobs of it that have not ended; how many.
  boost::asio::awaitable<Result<std::size_t>> cancel_batch(jobs::BatchId);
  // not_found, conflict.
  boost::asio::awaitable<Result<void>> retry(jobs::JobId);
  boost::asio::awaitable<Result<void>> promote(jobs::JobId);
  boost::asio::awaitable<Result<void>> remove(jobs::JobId);
  // The dead letters that the filter means and whose reason holds the text; how many.
  boost::asio::awaitable<Result<std::size_t>> retry_all(jobs::JobFilter, std::string reason);

  boost::asio::awaitable<Result<void>> set_paused(std::string queue, bool paused);
  // Forgets what waits, of one vendor where it is given; how many.
  boost::asio::awaitable<Result<std::size_t>> drain(std::string queue, std::optional<std::string> vendor);

 private:
  Parts parts_;
};

}  // namespace cutroom::engine
