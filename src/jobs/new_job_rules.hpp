// What every store asks of its input before it takes it.
#pragma once

#include "base/error.hpp"
#include "jobs/fair_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::jobs {

// invalid_input: no queue, no vendor, a cost that is not > 0, a priority outside -1000..1000.
Result<void> check_new_job(const NewJob&);
// invalid_input: a weight that is not > 0.
Result<void> check_share(const VendorShare&);

// What a dead letter says whose worker died or hung `stalls` times.
std::string stalled_reason(int stalls);

}  // namespace cutroom::jobs
