// For what no signal tells of: a program of others' that has come up, or taken a role. Where there is a
// signal a test waits for that.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace cutroom::test {

// Looks again and again until it is so. False: not within `at_most`, a bound against hanging and no measure.
[[nodiscard]] inline bool wait_until(const std::function<bool()>& so, std::chrono::seconds at_most) {
  constexpr std::chrono::milliseconds kBetweenLooks{5};  // Leaves the CPU to who is waited for.
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace cutroom::test
