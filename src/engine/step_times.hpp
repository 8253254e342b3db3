// How long each step of a job took, in order; ends up in the job's result and in the log.
#pragma once

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace cutroom::engine {

class StepTimes {
 public:
  using Duration = std::chrono::microseconds;

  // Ends the running step under `name` and starts the next.
  void mark(std::string_view name) {
    const auto now = std::chrono::steady_clock::now();
    steps_.emplace_back(name, std::chrono::duration_cast<Duration>(now - since_));
    since_ = now;
  }
  const std::vector<std::pair<std::string_view, Duration>>& steps() const { return steps_; }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  std::vector<std::pair<std::string_view, Duration>> steps_;
};

}  // namespace cutroom::engine
