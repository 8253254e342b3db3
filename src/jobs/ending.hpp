// How attempts end, in the words that all stores share.
#pragma once

#include <string>
#include <string_view>

#include "jobs/job_store.hpp"

namespace cutroom::jobs {

// Makes a failure with kCancelledReason of whatever isn't a completion, where the job was cancelled
// meanwhile.
void fail_if_cancelled(Settlement&, bool cancelled);

// The word in the job's log.
std::string_view outcome_of(Move, bool cancelled);

// The payload of Handover::after_batch with the batch's id in place of each {batch}.
std::string with_batch_id(std::string_view payload_json, const BatchId&);

}  // namespace cutroom::jobs
