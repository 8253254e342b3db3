// Whether a job is one of those that a filter means.
#pragma once

#include "jobs/job_store.hpp"

namespace cutroom::jobs {

inline bool matches(const JobFilter& filter, const Job& job) {
  return (!filter.queue || job.queue == *filter.queue) && (!filter.state || job.state == *filter.state) &&
         (!filter.vendor || job.vendor == *filter.vendor) &&
         (!filter.project || job.project == *filter.project) &&
         (!filter.batch || job.batch == *filter.batch) &&
         (!filter.since || job.created_at >= *filter.since) &&
         (!filter.until || job.created_at < *filter.until);
}

}  // namespace cutroom::jobs
