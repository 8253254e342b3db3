// PORT. How the hubs of several processes become one: what any of them publishes, all of them append
// (EventHub::append), in the same order, with the same numbers and marks; a listener that was cut off from
// one goes on at another. Where the relay has lost events every hub is told to (EventHub::restart).
//
// Threads: the I/O thread only.
#pragma once

#include "engine/event.hpp"

namespace cutroom::engine {

class EventRelay {
 public:
  virtual ~EventRelay() = default;
  // Takes it and returns at once. It comes back to this process's hub too, and only then do its listeners
  // hear it.
  virtual void publish(Event) = 0;
};

}  // namespace cutroom::engine
