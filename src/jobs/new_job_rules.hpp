// What every store asks of its input before it takes it.
#pragma once

#include "base/error.hpp"
#include "jobs/fair_order.hpp"
#include "jobs/job.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::jobs {

// invalid_input: no queue, no vendor, a cost that is not > 0, a priority outside -1000..1000.
Result<void> check_new_job(const NewJob&);
// The same of all its jobs; a batch without jobs, or of several queues or vendors; an empty or too long key.
Result<void> check_handover(const Handover&);
// The key belongs to another call.
Error key_conflict();
// invalid_input: a weight that is not > 0.
Result<void> check_share(const VendorShare&);

// What a dead letter says whose worker died or hung `stalls` times.
std::string stalled_reason(int stalls);

}  // namespace cutroom::jobs
