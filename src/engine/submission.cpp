#include "engine/submission.hpp"

#include <utility>

#include "delivery/data_uri.hpp"

namespace cutroom::engine {
namespace {

constexpr Millis kDepthAge{250};

// Enough for any address that a real server hands out; a row of the store should stay a row.
constexpr std::size_t kUrlBytesMax = 8'192;

std::string field_name(const char* single, const char* plural, std::optional<std::size_t> index) {
  return index ? std::string(plural) + "[" + std::to_string(*index) + "]" : std::string(single);
}

Error bad_photo(Error error, std::optional<std::size_t> index) {
  const std::string field = field_name("photoUrl", "photoUrls", index);
  error.fields = {{field, error.text()}};
  error.message = field + ": " + error.text();
  return error;
}

}  // namespace

Submission::Submission(jobs::JobStore& store, delivery::AssetStore& assets,
                       const delivery::PhotoSource& photos, const Estimator& estimator, const Clock& clock,
                       SubmissionLimits limits)
    : store_(store),
      assets_(assets),
      photos_(photos),
      estimator_(estimator),
      clock_(clock),
      limits_(limits) {}

boost::asio::awaitable<Result<Submitted>> Submission::submit(std::vector<Order> orders, bool bulk) {
  if (stopping_) co_return Error{.code = Errc::unavailable, .message = "The server is stopping"};
  if (orders.size() > limits_.bulk_max)
    co_return Error{.code = Errc::invalid_input,
                    .message = "At most " + std::to_string(limits_.bulk_max) + " photos in one call",
                    .fields = {{"recordIds", "has " + std::to_string(orders.size()) + " entries"}}};
  const std::string queue = orders.front().queue;
  Depth& depth = depths_[queue];
  if (auto fresh = co_await refresh(depth, queue); !fresh) co_return fresh.error();
  const jobs::QueueCounts& counts = depth.counts;
  if (counts.waiting + counts.paused + counts.delayed + orders.size() > limits_.waiting_max)
    co_return Error{.code = Errc::queue_full};

  std::vector<jobs::NewJob> jobs;
  jobs.reserve(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const int priority = orders[i].priority;
    auto payload = co_await accept_photo(std::move(orders[i]), bulk ? std::optional(i) : std::nullopt);
    if (!payload) co_return payload.error();
    jobs.push_back({.queue = queue,
                    .vendor = payload->vendor,
                    .payload_json = to_json(*payload),
                    .priority = priority,
                    .cost = 1.0,
                    .retry = limits_.retry,
                    .timeout = limits_.job_timeout});
  }
  const std::size_t count = jobs.size();
  auto ids = co_await store_.add(std::move(jobs), clock_.now());
  if (!ids) co_return ids.error();
  const std::int64_t estimate = estimator_.seconds_until_done(queue, depth.counts, count);
  depth.counts.waiting += count;
  co_return Submitted{.job_ids = std::move(*ids), .estimated_seconds = estimate};
}

boost::asio::awaitable<Result<Payload>> Submission::accept_photo(Order order,
                                                                 std::optional<std::size_t> index) {
  Payload payload{.record_id = std::move(order.record_id),
                  .project_id = std::move(order.project_id),
                  .photo_url = std::move(order.photo_url),
                  .vendor = std::move(order.vendor),
                  .photo_key = {},
                  .webhook_url = std::move(order.webhook_url),
                  .work = std::move(order.work)};
  if (!order.upload && delivery::is_data_uri(payload.photo_url)) {
    auto bytes = delivery::decode_data_uri(payload.photo_url, limits_.photo_bytes_max);
    if (!bytes) co_return bad_photo(bytes.error(), index);
    order.upload = std::move(*bytes);
  }
  if (!order.upload) {
    if (payload.photo_url.size() > kUrlBytesMax)
      co_return bad_photo({.code = Errc::invalid_input,
                           .message = "is longer than " + std::to_string(kUrlBytesMax) + " bytes"},
                          index);
    if (auto checked = photos_.check(payload.photo_url); !checked)
      co_return bad_photo(checked.error(), index);
    co_return payload;
  }
  if (order.upload->empty()) co_return bad_photo({.code = Errc::invalid_input, .message = "is empty"}, index);
  if (order.upload->size() > limits_.photo_bytes_max)
    co_return bad_photo({.code = Errc::too_large,
                         .message = "is larger than " + std::to_string(limits_.photo_bytes_max) + " bytes"},
                        index);
  // Kept before the job exists: a job whose photo was lost in a crash would be an empty promise. The other
  // way round only leaves a file that nobody asks for.
  auto asset = co_await assets_.put(std::move(*order.upload), "bin");
  if (!asset) co_return asset.error();
  payload.photo_key = asset->key;
  payload.photo_url = assets_.url_of(asset->key);
  co_return payload;
}

boost::asio::awaitable<Result<void>> Submission::refresh(Depth& depth, const std::string& queue) {
  const TimePoint now = clock_.now();
  if (depth.asked_at && now - *depth.asked_at < kDepthAge) co_return Result<void>();
  depth.asked_at = now;  // Before waiting, so that of many callers at once only the first one asks.
  auto counts = co_await store_.counts(queue);
  if (!counts) {
    depth.asked_at.reset();
    co_return counts.error();
  }
  depth.counts = *counts;
  co_return Result<void>();
}

}  // namespace cutroom::engine
