// Use case: take back the jobs of workers that died or hung. What died too often fails, and its record says
// so.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "delivery/record_store.hpp"
#include "engine/announcer.hpp"
#include "engine/follow_ups.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

class Recovery {
 public:
  Recovery(jobs::JobStore& store, delivery::RecordStore& records, Announcer& announcer, const Clock& clock,
           FollowUps follow_ups = no_follow_ups)
      : store_(store),
        records_(records),
        announcer_(announcer),
        clock_(clock),
        follow_ups_(std::move(follow_ups)) {}

  // Every lease that ended before `before`; TimePoint::max() where all leaseholders are known to be dead.
  boost::asio::awaitable<Result<void>> run(TimePoint before);

 private:
  boost::asio::awaitable<void> tell(const jobs::Job&);

  jobs::JobStore& store_;
  delivery::RecordStore& records_;
  Announcer& announcer_;
  const Clock& clock_;
  FollowUps follow_ups_;
};

}  // namespace cutroom::engine
