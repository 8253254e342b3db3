#pragma once

#include <cstddef>
#include <string>

#include "base/clock.hpp"
#include "engine/event_hub.hpp"

namespace cutroom::events_redis {

struct Options {
  std::string prefix = "cutroom";                          // Keys: <prefix>:{events}:...
  std::size_t remembered = engine::EventHub::kRemembered;  // Events in the log; as many as a hub remembers.
  Millis forgotten_after{7LL * 86'400'000};                // The log, where nothing happens for so long.
  std::size_t unsent_max = 10'000;                         // Kept by one process while Redis is away.
  Millis pause{
      1'000};  // Before another try where Redis refuses; a lost connection says itself when it is back.
};

inline std::string log_key(const Options& options) { return options.prefix + ":{events}:log"; }
inline std::string channel(const Options& options) { return options.prefix + ":{events}:new"; }

}  // namespace cutroom::events_redis
