// What bull_driver is told on its command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace cutroom::bull_test {

struct DriverOptions {
  std::uint16_t port = 0;
  std::string prefix = "bull";
  std::size_t window = 1'000;
  Millis stalled_interval{30'000};
  bool listen = false;
  std::int64_t limiter_max = 0;  // Jobs of each queue named that start in limiter_ms; 0: all.
  std::int64_t limiter_ms = 0;
  std::int64_t metrics_points = 0;

  std::vector<std::string> queues{"q"};

  // Of `work` and `bridge` alone.
  int slots = 1;  // Per queue.
  Millis lease{30'000};
  Millis job_time{0};
  Millis recover_every{0};  // 0: never.
};

}  // namespace cutroom::bull_test
