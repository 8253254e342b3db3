// Batches, which end with the last of their jobs.
#include "adapters/store_sqlite/steps.hpp"
#include "jobs/ending.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_sqlite {

Result<BatchRow*> Steps::batch_row(JobNumber number) {
  if (const auto at = batches_.find(number); at != batches_.end()) return &at->second;
  auto row = tables_.batch(number);
  if (!row) return row.error();
  if (!*row) return tables_.damaged("batch " + std::to_string(number) + " is missing");
  return &batches_.emplace(number, std::move(**row)).first->second;
}

Result<std::optional<jobs::BatchId>> Steps::close_if_done(BatchRow& row, TimePoint now) {
  if (row.done_at || row.completed + row.failed + row.removed < row.total)
    return std::optional<jobs::BatchId>();
  row.done_at = now;
  auto id = jobs::job_id_of(row.id);
  if (row.after) {
    std::vector<jobs::NewJob> after{*row.after};
    after[0].payload_json = jobs::with_batch_id(after[0].payload_json, id);
    if (const auto added = add_all(after, std::nullopt, now); !added) return added.error();
  }
  return std::optional(std::move(id));
}

Result<jobs::Batch> Steps::batch(const jobs::BatchId& id) {
  Error missing{.code = Errc::not_found, .message = "Batch not found"};
  const auto number = jobs::job_number_of(id);
  if (!number) return missing;
  // As this transaction has it, where it has changed.
  const auto changed = batches_.find(*number);
  auto row =
      changed != batches_.end() ? Result<std::optional<BatchRow>>(changed->second) : tables_.batch(*number);
  if (!row) return row.error();
  if (!*row) return missing;
  const auto lane = tables_.lane_of((*row)->lane);
  if (!lane) return lane.error();
  const Queue* queue = live_.find_queue(lane->first);
  if (queue == nullptr) return tables_.damaged("batch " + id + " has no queue");
  jobs::Batch batch{.id = id,
                    .queue = queue->row.name,
                    .vendor = lane->second,
                    .created_at = (*row)->created_at,
                    .total = (*row)->total,
                    .completed = (*row)->completed,
                    .failed = (*row)->failed,
                    .removed = (*row)->removed,
                    .done_at = (*row)->done_at};
  const JobNumber last = *number + batch.total;
  for (const auto& [job, active] : live_.active)
    if (job > *number && job <= last) ++batch.active;
  for (const auto& [job, delayed] : live_.delayed)
    if (job > *number && job <= last) ++batch.delayed;
  return batch;
}

}  // namespace cutroom::store_sqlite
