// What this process tells of itself as a worker. Lives on the I/O thread.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/worker.hpp"
#include "engine/worker_registry.hpp"

namespace cutroom::engine {

class WorkerPulse {
 public:
  // Heartbeats that may fail or be late before a worker is taken for dead.
  static constexpr int kMissedMax = 3;
  static constexpr Millis kEvery{5'000};

  // `self`: its queues and heartbeat are filled in from the workers.
  WorkerPulse(WorkerState self, const Clock& clock) : self_(std::move(self)), clock_(clock) {}

  // Outlives this.
  void add(const Worker& worker) { workers_.push_back(&worker); }
  WorkerState now() const;

  // Says so there; to be called every kEvery.
  boost::asio::awaitable<Result<void>> beat(WorkerRegistry&) const;

 private:
  const WorkerState self_;
  const Clock& clock_;
  std::vector<const Worker*> workers_;
};

// The registry of a process that is the whole fleet: itself, as it is at this moment.
class LoneWorker final : public WorkerRegistry {
 public:
  explicit LoneWorker(const WorkerPulse& pulse) : pulse_(pulse) {}
  boost::asio::awaitable<Result<void>> say(WorkerState, Millis) override { co_return Result<void>(); }
  boost::asio::awaitable<Result<void>> leave(std::string) override { co_return Result<void>(); }
  boost::asio::awaitable<Result<std::vector<WorkerState>>> alive() override {
    std::vector<WorkerState> all;
    all.push_back(pulse_.now());
    co_return all;
  }

 private:
  const WorkerPulse& pulse_;
};

}  // namespace cutroom::engine
