// How long to wait before the next try: doubled each time, and never the same for two clients, so that a
// fleet does not come back in one wave.
#pragma once

#include <algorithm>
#include <random>

#include "base/clock.hpp"

namespace cutroom::redis_client {

class Backoff {
 public:
  Backoff(Millis first, Millis max) : first_(first), max_(max), next_(first) {}

  // Between half of the step and all of it.
  Millis next() {
    const Millis step = next_;
    next_ = std::min(max_, next_ * 2);
    std::uniform_int_distribution<Millis::rep> spread(step.count() / 2, step.count());
    return Millis(spread(random_));
  }
  void reset() { next_ = first_; }

 private:
  Millis first_;
  Millis max_;
  Millis next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace cutroom::redis_client
