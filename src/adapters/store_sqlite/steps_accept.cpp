// Jobs that are handed over.
#include "adapters/store_sqlite/steps.hpp"
#include "jobs/job_number.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_sqlite {

Result<jobs::Accepted> Steps::accept(const jobs::Handover& handover, TimePoint now) {
  if (const auto checked = check_handover(handover); !checked) return checked.error();
  if (handover.once) {
    auto before = repeated(*handover.once, now);
    if (!before) return before.error();
    if (*before) return std::move(**before);
  }
  jobs::Accepted accepted;
  std::optional<JobNumber> batch;
  if (handover.as_batch) {
    batch = live_.next_number++;
    accepted.batch = jobs::job_id_of(*batch);
  }
  const JobNumber first = live_.next_number;
  auto ids = add_all(handover.jobs, batch, now);
  if (!ids) return ids.error();
  accepted.ids = std::move(*ids);
  if (batch) {
    const auto queue = live_.queue(handover.jobs.front().queue, tables_);
    if (!queue) return queue.error();
    const auto lane = live_.lane(**queue, handover.jobs.front().vendor, tables_);
    if (!lane) return lane.error();
    const BatchRow row{.id = *batch,
                       .lane = *lane,
                       .created_at = now,
                       .total = handover.jobs.size(),
                       .after = handover.after_batch};
    if (const auto added = tables_.add_batch(row); !added) return added.error();
  }
  if (const auto& once = handover.once) {
    const OnceRow row{.fingerprint = once->fingerprint,
                      .first = first,
                      .count = accepted.ids.size(),
                      .batch = batch,
                      .note = once->note,
                      .at = now};
    if (const auto set = tables_.set_once(once->scope, once->key, row); !set) return set.error();
    if (const auto done = tables_.forget_onces(now - jobs::kOnceKept); !done) return done.error();
  }
  return accepted;
}

Result<std::optional<jobs::Accepted>> Steps::repeated(const jobs::Once& once, TimePoint now) {
  const auto row = tables_.once(once.scope, once.key);
  if (!row) return row.error();
  if (!*row || (*row)->at + jobs::kOnceKept <= now) return std::optional<jobs::Accepted>();
  if ((*row)->fingerprint != once.fingerprint) return jobs::key_conflict();
  jobs::Accepted accepted{.ids = {}, .batch = {}, .repeated = true, .note = (*row)->note};
  for (std::uint64_t n = 0; n < (*row)->count; ++n)
    accepted.ids.push_back(jobs::job_id_of((*row)->first + n));
  if ((*row)->batch) accepted.batch = jobs::job_id_of(*(*row)->batch);
  return std::optional(std::move(accepted));
}

Result<std::vector<jobs::JobId>> Steps::add_all(const std::vector<jobs::NewJob>& new_jobs,
                                                std::optional<JobNumber> batch, TimePoint now) {
  std::vector<jobs::JobId> ids;
  ids.reserve(new_jobs.size());
  for (const auto& job : new_jobs) {
    const auto queue = live_.queue(job.queue, tables_);
    if (!queue) return queue.error();
    const auto lane = live_.lane(**queue, job.vendor, tables_);
    if (!lane) return lane.error();
    const JobNumber number = live_.next_number++;
    LineRow row{
        .place = {.seq = number, .priority = job.priority, .cost = job.cost}, .job = number, .lane = *lane};
    if (job.delay > Millis{0}) row.run_at = now + job.delay;
    if (const auto added = tables_.add_job(number, *lane, job, batch, now); !added) return added.error();
    if (const auto added = tables_.add_to_line(row); !added) return added.error();
    if (row.run_at) {
      (*queue)->delayed.emplace(*row.run_at, number);
      live_.delayed.emplace(number,
                            DelayedJob{.job = {*queue, job.vendor, *lane, row.place}, .due = *row.run_at});
    } else {
      (*queue)->order.add(job.vendor, row.place);
    }
    tell(**queue);
    ids.push_back(jobs::job_id_of(number));
  }
  return ids;
}

}  // namespace cutroom::store_sqlite
