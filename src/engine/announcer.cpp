#include "engine/announcer.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/log.hpp"
#include "engine/orders.hpp"
#include "engine/webhooks.hpp"

namespace cutroom::engine {

namespace json = boost::json;

std::string to_json(const jobs::Batch& batch) {
  const std::uint64_t ended = batch.completed + batch.failed + batch.removed;
  json::object out{{"id", batch.id},
                   {"vendorId", batch.vendor},
                   {"queue", batch.queue},
                   {"createdOn", to_unix_ms(batch.created_at)},
                   {"total", batch.total},
                   {"waiting", batch.waiting()},
                   {"active", batch.active},
                   {"delayed", batch.delayed},
                   {"completed", batch.completed},
                   {"failed", batch.failed},
                   {"removed", batch.removed},
                   {"progress", batch.total == 0 ? 100 : ended * 100 / batch.total},
                   {"done", batch.done_at.has_value()},
                   {"finishedOn", nullptr}};
  if (batch.done_at) out["finishedOn"] = to_unix_ms(*batch.done_at);
  return json::serialize(out);
}

std::string record_json_of(const jobs::Job& job) {
  boost::system::error_code failed;
  const json::value payload = json::parse(job.payload_json, failed);
  const json::object* object = failed ? nullptr : payload.if_object();
  const json::value* record = object ? object->if_contains("recordId") : nullptr;
  return record && is_id(*record) ? json::serialize(*record) : std::string();
}

void Announcer::queued(const jobs::JobId& id, const std::optional<jobs::BatchId>& batch, std::string vendor,
                       std::string queue, std::string record_json) {
  hub_.publish({.type = EventType::queued,
                .job = id,
                .batch = batch,
                .vendor = std::move(vendor),
                .queue = std::move(queue),
                .record_json = std::move(record_json),
                .text = {}});
}

void Announcer::publish(const jobs::Job& job, EventType type, int progress, std::string text) {
  if (job.queue == kWebhookQueue) return;  // Telling of what was told would have no end.
  hub_.publish({.type = type,
                .job = job.id,
                .batch = job.batch,
                .vendor = job.vendor,
                .queue = job.queue,
                .record_json = record_json_of(job),
                .progress = progress,
                .text = std::move(text)});
}

boost::asio::awaitable<void> Announcer::batch_done(std::optional<jobs::BatchId> id) {
  if (!id) co_return;
  const auto batch = co_await store_.batch(*id);
  if (!batch) {
    log::error("batch {}: its end can't be told: {}", *id, batch.error().detail);
    co_return;
  }
  hub_.publish({.type = EventType::batch_completed,
                .job = {},
                .batch = *id,
                .vendor = batch->vendor,
                .queue = batch->queue,
                .progress = 100,
                .text = to_json(*batch)});
}

}  // namespace cutroom::engine
