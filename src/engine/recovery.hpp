// Use case: take back the jobs of workers that died or hung. What died too often fails, and its record says
// so.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "delivery/record_store.hpp"
#include "engine/announcer.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

class Recovery {
 public:
  Recovery(jobs::JobStore& store, delivery::RecordStore& records, Announcer& announcer, const Clock& clock)
      : store_(store), records_(records), announcer_(announcer), clock_(clock) {}

  // Every lease that ended before `before`; TimePoint::max() where all leaseholders are known to be dead.
  boost::asio::awaitable<Result<void>> run(TimePoint before);

 private:
  jobs::JobStore& store_;
  delivery::RecordStore& records_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace cutroom::engine
