#include "engine/worker_pulse.hpp"

namespace cutroom::engine {

WorkerState WorkerPulse::now() const {
  WorkerState state = self_;
  state.heartbeat_at = clock_.now();
  for (const Worker* worker : workers_)
    state.queues.push_back(
        {.name = worker->queue(), .slots = worker->slots(), .running = worker->running_jobs()});
  return state;
}

boost::asio::awaitable<Result<void>> WorkerPulse::beat(WorkerRegistry& registry) const {
  return registry.say(now(), kEvery * (kMissedMax + 1));
}

}  // namespace cutroom::engine
