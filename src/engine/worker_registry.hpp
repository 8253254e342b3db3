// PORT. The worker processes of the fleet: each says now and then how it is, and who says nothing for long is
// taken for dead.
//
// Threads: call from a coroutine on any executor; it resumes there. Errors: unavailable, storage_failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

// One queue that a worker process takes jobs of.
struct WorkerQueue {
  std::string name;
  std::size_t slots = 0;
  std::vector<jobs::JobId> running;
  bool operator==(const WorkerQueue&) const = default;
};

struct WorkerState {
  std::string id;  // Of the process; never the same for two.
  std::string host;
  std::int64_t pid = 0;
  std::string version;
  TimePoint started_at{};
  TimePoint heartbeat_at{};  // When it was so.
  std::vector<WorkerQueue> queues;
  bool operator==(const WorkerState&) const = default;
};

class WorkerRegistry {
 public:
  virtual ~WorkerRegistry() = default;

  // Puts it in the place of what the worker said before. Good for so long.
  virtual boost::asio::awaitable<Result<void>> say(WorkerState, Millis good_for) = 0;
  // The worker ends.
  virtual boost::asio::awaitable<Result<void>> leave(std::string id) = 0;
  // All that are alive, the one that started first in front.
  virtual boost::asio::awaitable<Result<std::vector<WorkerState>>> alive() = 0;
};

}  // namespace cutroom::engine
