#include "jobs/new_job_rules.hpp"

#include <cmath>
#include <string>

namespace cutroom::jobs {
namespace {

constexpr int kPriorityMax = 1000;

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
  return {};
}

Result<void> check_share(const VendorShare& share) {
  if (!is_positive(share.weight)) return wrong("weight", "must be greater than 0");
  return {};
}

std::string stalled_reason(int stalls) {
  return "The worker stopped responding each of the " + std::to_string(stalls) + " times it had this job";
}

}  // namespace cutroom::jobs
