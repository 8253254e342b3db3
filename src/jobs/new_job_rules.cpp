#include "jobs/new_job_rules.hpp"

#include <cmath>
#include <string>

namespace cutroom::jobs {
namespace {

constexpr int kPriorityMax = 1000;
constexpr std::size_t kOnceKeyBytesMax = 255;

bool is_positive(double value) { return value > 0.0 && std::isfinite(value); }

Error wrong(std::string field, std::string problem) {
  return {.code = Errc::invalid_input, .fields = {{std::move(field), std::move(problem)}}};
}

}  // namespace

Result<void> check_new_job(const NewJob& job) {
  if (job.queue.empty()) return wrong("queue", "is empty");
  if (job.vendor.empty()) return wrong("vendorId", "is empty");
  if (!is_positive(job.cost)) return wrong("cost", "must be greater than 0");
  if (job.priority < -kPriorityMax || job.priority > kPriorityMax) {
    return wrong("priority", "must be from -1000 to 1000");
  }
  if (job.delay < Millis{0}) return wrong("delayMs", "must not be negative");
  return {};
}

Result<void> check_handover(const Handover& handover) {
  for (const NewJob& job : handover.jobs) {
    if (const auto checked = check_new_job(job); !checked) return checked;
  }
  if (handover.after_batch) {
    if (const auto checked = check_new_job(*handover.after_batch); !checked) return checked;
  }
  if (handover.once && (handover.once->key.empty() || handover.once->key.size() > kOnceKeyBytesMax))
    return wrong("Idempotency-Key", "must have 1 to 255 characters");
  if (!handover.as_batch) return {};
  if (handover.jobs.empty()) return wrong("recordIds", "must not be empty");
  for (const NewJob& job : handover.jobs) {
    if (job.queue != handover.jobs.front().queue)
      return wrong("queue", "must be the same for all jobs of a batch");
    if (job.vendor != handover.jobs.front().vendor)
      return wrong("vendorId", "must be the same for all jobs of a batch");
  }
  return {};
}

Error key_conflict() {
  return {.code = Errc::idempotency_conflict,
          .message = "This Idempotency-Key was used before, with another request"};
}

Result<void> check_share(const VendorShare& share) {
  if (!is_positive(share.weight)) return wrong("weight", "must be greater than 0");
  return {};
}

std::string stalled_reason(int stalls) {
  return "The worker stopped responding each of the " + std::to_string(stalls) + " times it had this job";
}

}  // namespace cutroom::jobs
