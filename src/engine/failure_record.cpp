#include "engine/failure_record.hpp"

#include <utility>

#include "base/log.hpp"

namespace cutroom::engine {

delivery::RecordUpdate record_of(const jobs::Job& job, const Payload& payload, TimePoint now) {
  return {.record_id = payload.record_key(),
          .project_id = payload.project_key(),
          .vendor_id = payload.vendor,
          .original_url = payload.photo_url,
          .processed_at = now,
          .job_id = job.id};
}

boost::asio::awaitable<void> record_failure(delivery::RecordStore& records, const jobs::Job& job,
                                            std::string reason, TimePoint now) {
  const auto payload = payload_from_json(job.payload_json);
  if (!payload) co_return;  // No record to write to.
  delivery::RecordUpdate update = record_of(job, *payload, now);
  update.processed = false;
  update.processing_status = "failed";
  update.error = std::move(reason);
  const auto written = co_await records.update(std::move(update));
  if (!written)
    log::error("job {}: the record of the failure could not be written: {}", job.id, written.error().detail);
}

}  // namespace cutroom::engine
