// Tells the platform's database that a job has failed for good.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "delivery/record_store.hpp"
#include "engine/orders.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

// What every record of a job says, whatever became of it.
delivery::RecordUpdate record_of(const jobs::Job&, const Payload&, TimePoint now);

// Logs where it can't be written: the job itself keeps the reason.
boost::asio::awaitable<void> record_failure(delivery::RecordStore&, const jobs::Job&, std::string reason,
                                            TimePoint now);

}  // namespace cutroom::engine
