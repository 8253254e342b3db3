// The workers of this process, one a queue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "engine/announcer.hpp"
#include "engine/estimator.hpp"
#include "engine/usage_counter.hpp"
#include "engine/worker.hpp"
#include "engine/worker_pulse.hpp"

namespace cutroom::app {

class Workers {
 public:
  struct Parts {
    boost::asio::io_context& io;
    jobs::JobStore& store;
    engine::Estimator& estimator;
    engine::Announcer& announcer;
    const Clock& clock;
    engine::FollowUps follow_ups;
    engine::UsageCounter& usage;
    Millis lease;
    Millis stop_grace;
    bool others_add;  // Programs that may tell nobody put jobs into the store, too.
  };

  explicit Workers(Parts);

  // Takes jobs of the queue from now on; to be called once all that its path needs is there.
  void start(std::string_view queue, engine::JobPath&, std::int64_t slots);
  // All of them at the same time, so that the grace time is waited for once.
  boost::asio::awaitable<void> stop();

  void wake(const std::string& queue);
  void cancel(const jobs::JobId&);

  // How they are, for other processes and for the health page.
  engine::WorkerPulse& pulse() { return pulse_; }

 private:
  const Parts parts_;
  std::map<std::string, std::unique_ptr<engine::Worker>, std::less<>> workers_;  // By queue.
  engine::WorkerPulse pulse_;
};

}  // namespace cutroom::app
