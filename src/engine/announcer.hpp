// Says what has happened to a job: to the listeners of the event hub.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/event_hub.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

// {id, vendorId, queue, createdOn, total, waiting, active, delayed, completed, failed, removed, progress,
// done, finishedOn}
std::string to_json(const jobs::Batch&);

// The platform's id of the job's record; empty where a job of somebody else's making has none.
std::string record_json_of(const jobs::Job&);

class Announcer {
 public:
  Announcer(EventHub& hub, jobs::JobStore& store) : hub_(hub), store_(store) {}

  // `record_json` is the platform's id of the record as JSON.
  void queued(const jobs::JobId&, const std::optional<jobs::BatchId>&, std::string vendor, std::string queue,
              std::string record_json);
  void active(const jobs::Job& job) { publish(job, EventType::active, 0, {}); }
  void progress(const jobs::Job& job, int percent) { publish(job, EventType::progress, percent, {}); }
  void completed(const jobs::Job& job, std::string result_json) {
    publish(job, EventType::completed, 100, std::move(result_json));
  }
  void failed(const jobs::Job& job, std::string reason) {
    publish(job, EventType::failed, 0, std::move(reason));
  }
  void delayed(const jobs::Job& job, std::string reason) {
    publish(job, EventType::delayed, 0, std::move(reason));
  }
  void removed(const jobs::Job& job) { publish(job, EventType::removed, 0, {}); }
  // Waits again: retried, promoted or given back.
  void waiting(const jobs::Job& job) { publish(job, EventType::queued, 0, {}); }
  // Where there is one.
  boost::asio::awaitable<void> batch_done(std::optional<jobs::BatchId>);

 private:
  void publish(const jobs::Job&, EventType, int progress, std::string text);

  EventHub& hub_;
  jobs::JobStore& store_;
};

}  // namespace cutroom::engine
