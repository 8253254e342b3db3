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

  // Of `work` alone.
  std::vector<std::string> queues{"q"};
  int slots = 1;  // Per queue.
  Millis lease{30'000};
  Millis job_time{0};
  Millis recover_every{0};  // 0: never.
};

}  // namespace cutroom::bull_test
