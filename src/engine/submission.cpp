#include "engine/submission.hpp"

#include <cstdlib>
#include <utility>

#include <boost/json/serialize.hpp>

#include "delivery/data_uri.hpp"
#include "engine/order_urls.hpp"

namespace cutroom::engine {
namespace {

constexpr Millis kDepthAge{250};

// Enough for any address that a real server hands out; a row of the store should stay a row.
constexpr std::size_t kUrlBytesMax = 8'192;

std::string field_name(const char* single, const char* plural, std::optional<std::size_t> index) {
  return index ? std::string(plural) + "[" + std::to_string(*index) + "]" : std::string(single);
}

// A call's note is "ESTIMATE RECORD_JSON", of one that is to be durable "ESTIMATE!QUEUE RECORD_JSON".
std::string note_of(std::int64_t estimate, const std::string& durable_in, const std::string& record) {
  return std::to_string(estimate) + (durable_in.empty() ? "" : "!" + durable_in) + ' ' + record;
}

// Empty: of a call that is not.
std::string durable_queue_in(const std::string& note) {
  const auto end = note.find(' ');
  const auto mark = note.find('!');
  return mark < end ? note.substr(mark + 1, end - mark - 1) : std::string();
}

Submitted answered_before(jobs::Accepted accepted) {
  char* end = nullptr;
  const std::int64_t estimate = std::strtoll(accepted.note.c_str(), &end, 10);
  return {
      .job_ids = std::move(accepted.ids),
      .estimated_seconds = estimate,
      .batch = std::move(accepted.batch),
      .repeated = true,
      .record_json = *end != '\0' ? accepted.note.substr(accepted.note.find(' ') + 1) : std::string("null")};
}

Error bad_photo(Error error, std::optional<std::size_t> index) {
  const std::string field = field_name("photoUrl", "photoUrls", index);
  error.fields = {{field, error.text()}};
  error.message = field + ": " + error.text();
  return error;
}

}  // namespace

Submission::Submission(Parts parts, SubmissionLimits limits) : parts_(std::move(parts)), limits_(limits) {}

boost::asio::awaitable<Result<Submitted>> Submission::submit(std::vector<Order> orders,
                                                             SubmitOptions options) {
  if (stopping_) co_return Error{.code = Errc::unavailable, .message = "The server is stopping"};
  if (orders.size() > limits_.bulk_max)
    co_return Error{.code = Errc::invalid_input,
                    .message = "At most " + std::to_string(limits_.bulk_max) + " photos in one call",
                    .fields = {{"recordIds", "has " + std::to_string(orders.size()) + " entries"}}};
  // The same for all orders of a call.
  if (const std::string& url = orders.front().webhook_url; !url.empty()) {
    if (auto checked = parts_.check_webhook(url); !checked) {
      Error error = checked.error();
      error.fields = {{"options.webhookUrl", error.text()}};
      co_return error;
    }
  }
  if (auto problems = parts_.beyond(orders.front().work); !problems.empty()) {
    std::string message = problems.front().field + " " + problems.front().problem;
    co_return Error{
        .code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems)};
  }
  const std::string queue = orders.front().queue;
  const std::string vendor = orders.front().vendor;
  Depth& depth = depths_[queue];
  if (auto fresh = co_await refresh(depth, queue); !fresh) co_return fresh.error();
  const jobs::QueueCounts& counts = depth.counts;
  if (counts.waiting + counts.paused + counts.delayed + orders.size() > limits_.waiting_max)
    co_return Error{.code = Errc::queue_full};

  options.durable = limits_.durable || orders.front().durable;
  std::string witness;
  if (options.durable) {
    auto possible = co_await parts_.store.check_durable(queue);
    if (!possible) co_return possible.error();
    witness = std::move(*possible);
  }
  const std::size_t photos = orders.size();
  if (parts_.rules != nullptr)
    if (const auto taken = co_await parts_.rules->take(vendor, photos); !taken) co_return taken.error();
  auto submitted = co_await hand_over(std::move(orders), std::move(options), depth);
  if (parts_.rules != nullptr && (!submitted || submitted->repeated)) parts_.rules->give_back(vendor, photos);
  if (submitted && options.durable) {
    auto done = co_await parts_.store.make_durable(queue, std::move(witness));
    if (!done) co_return done.error();
  }
  co_return submitted;
}

boost::asio::awaitable<Result<Submitted>> Submission::hand_over(std::vector<Order> orders,
                                                                SubmitOptions options, Depth& depth) {
  const std::string queue = orders.front().queue;
  const std::string vendor = orders.front().vendor;
  std::vector<std::string> records;
  records.reserve(orders.size());
  for (const Order& order : orders) records.push_back(boost::json::serialize(order.record_id));
  auto new_jobs = co_await accept_all(std::move(orders), options.bulk);
  if (!new_jobs) co_return new_jobs.error();
  const std::size_t count = new_jobs->size();
  const std::int64_t estimate = parts_.estimator.seconds_until_done(queue, depth.counts, count);
  jobs::Handover handover{
      .jobs = std::move(*new_jobs), .as_batch = options.bulk, .once = std::move(options.once)};
  if (handover.once)
    handover.once->note = note_of(estimate, options.durable ? queue : std::string(), records.front());
  if (options.bulk) handover.after_batch = parts_.after_batch(vendor);
  auto accepted = co_await parts_.store.accept(std::move(handover), parts_.clock.now());
  if (!accepted) co_return accepted.error();
  if (accepted->repeated) co_return answered_before(std::move(*accepted));
  depth.counts.waiting += count;
  Submitted submitted{.job_ids = std::move(accepted->ids),
                      .estimated_seconds = estimate,
                      .batch = std::move(accepted->batch),
                      .record_json = records.front()};
  for (std::size_t i = 0; i < submitted.job_ids.size(); ++i)
    parts_.announcer.queued(submitted.job_ids[i], submitted.batch, vendor, queue, std::move(records[i]));
  co_return submitted;
}

boost::asio::awaitable<Result<std::optional<Submitted>>> Submission::repeated(jobs::Once once) {
  auto accepted = co_await parts_.store.repeated(once, parts_.clock.now());
  if (!accepted) co_return accepted.error();
  if (const std::string queue = *accepted ? durable_queue_in((*accepted)->note) : ""; !queue.empty()) {
    auto witness = co_await parts_.store.check_durable(queue);
    if (!witness) co_return witness.error();
    // The witness may be another than who just knew the call.
    accepted = co_await parts_.store.repeated(std::move(once), parts_.clock.now());
    if (!accepted) co_return accepted.error();
    auto done = co_await parts_.store.make_durable(queue, std::move(*witness));
    if (!done) co_return done.error();
  }
  std::optional<Submitted> submitted;
  if (*accepted) submitted = answered_before(std::move(**accepted));
  co_return submitted;
}

boost::asio::awaitable<Result<std::vector<jobs::NewJob>>> Submission::accept_all(std::vector<Order> orders,
                                                                                 bool bulk) {
  // The orders of a bulk call mostly say the same.
  boost::json::object asked;
  boost::json::object accepted;
  for (Order& order : orders) {
    if (further_urls(order.work).empty()) continue;
    if (order.work == asked) {
      order.work = accepted;
      continue;
    }
    asked = order.work;
    if (auto images = co_await accept_images(order.work, order.vendor); !images) co_return images.error();
    accepted = order.work;
  }

  std::vector<jobs::NewJob> jobs;
  jobs.reserve(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i) {
    jobs::NewJob job{.queue = orders[i].queue,
                     .priority = orders[i].priority,
                     .retry = limits_.retry,
                     .timeout = limits_.job_timeout,
                     .delay = orders[i].delay};
    auto payload = co_await accept_photo(std::move(orders[i]), bulk ? std::optional(i) : std::nullopt);
    if (!payload) co_return payload.error();
    job.vendor = payload->vendor;
    job.payload_json = to_json(*payload);
    job.project = payload->project_key();
    jobs.push_back(std::move(job));
  }
  co_return jobs;
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
    if (auto checked = parts_.photos.check(payload.photo_url); !checked)
      co_return bad_photo(checked.error(), index);
    if (parts_.rules != nullptr) {
      const std::string host = parts_.photos.host_of(payload.photo_url);
      if (auto allowed = parts_.rules->check_source(payload.vendor, host); !allowed)
        co_return bad_photo(allowed.error(), index);
    }
    co_return payload;
  }
  if (order.upload->empty()) co_return bad_photo({.code = Errc::invalid_input, .message = "is empty"}, index);
  if (order.upload->size() > limits_.photo_bytes_max)
    co_return bad_photo({.code = Errc::too_large,
                         .message = "is larger than " + std::to_string(limits_.photo_bytes_max) + " bytes"},
                        index);
  // Kept before the job exists: a job whose photo was lost in a crash would be an empty promise. The other
  // way round only leaves a file that nobody asks for.
  auto asset = co_await parts_.assets.put(std::move(*order.upload), "bin");
  if (!asset) co_return asset.error();
  payload.photo_key = asset->key;
  payload.photo_url = parts_.assets.url_of(asset->key);
  co_return payload;
}

boost::asio::awaitable<Result<void>> Submission::accept_images(boost::json::object& work,
                                                               const std::string& vendor) {
  const auto bad = [](const std::string& field, Error error) {
    error.fields = {{field, error.text()}};
    error.message = field + ": " + error.text();
    return error;
  };
  std::vector<std::pair<std::string, delivery::AssetKey>> held;
  for (const OrderUrl& url : further_urls(work)) {
    const std::string address(*url.value);
    if (!delivery::is_data_uri(address)) {
      if (auto checked = parts_.photos.check(address); !checked) co_return bad(url.field, checked.error());
      if (parts_.rules != nullptr) {
        const std::string host = parts_.photos.host_of(address);
        if (auto allowed = parts_.rules->check_source(vendor, host); !allowed)
          co_return bad(url.field, allowed.error());
      }
      continue;
    }
    auto bytes = delivery::decode_data_uri(address, limits_.photo_bytes_max);
    if (!bytes) co_return bad(url.field, bytes.error());
    auto asset = co_await parts_.assets.put(std::move(*bytes), "bin");
    if (!asset) co_return asset.error();
    *url.value = parts_.assets.url_of(asset->key);
    held.emplace_back(parts_.assets.url_of(asset->key), asset->key);
  }
  for (const auto& [url, key] : held) hold_image(work, url, key);
  co_return Result<void>();
}

boost::asio::awaitable<Result<void>> Submission::refresh(Depth& depth, const std::string& queue) {
  const TimePoint now = parts_.clock.now();
  if (depth.asked_at && now - *depth.asked_at < kDepthAge) co_return Result<void>();
  depth.asked_at = now;  // Before waiting, so that of many callers at once only the first one asks.
  auto counts = co_await parts_.store.counts(queue);
  if (!counts) {
    depth.asked_at.reset();
    co_return counts.error();
  }
  depth.counts = *counts;
  co_return Result<void>();
}

}  // namespace cutroom::engine
