#include "engine/webhook_path.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/iso8601.hpp"
#include "base/log.hpp"
#include "engine/announcer.hpp"

namespace cutroom::engine {

namespace json = boost::json;
using boost::asio::awaitable;

awaitable<Result<WebhookPath::Message>> WebhookPath::message_of(const jobs::Job& job) {
  boost::system::error_code failed;
  const json::value value = json::parse(job.payload_json, failed);
  if (failed || !value.is_object() || !value.get_object().contains("type"))
    co_return Error{.code = Errc::invalid_input, .message = "The delivery's data is not readable"};
  const json::object& payload = value.get_object();

  Message message;
  if (const json::value* url = payload.if_contains("url")) {
    message.url = json::value_to<std::string>(*url);
  } else {
    const auto endpoint = parts_.webhooks.endpoint_of(job.vendor);
    if (!endpoint) co_return Error{.code = Errc::upstream_missing, .message = "The webhook was taken away"};
    message.url = endpoint->url;
    message.is_vendors = true;
  }

  json::object body{{"type", payload.at("type")}};
  TimePoint at = job.created_at;
  if (const json::value* batch_id = payload.if_contains("batchId")) {
    const auto batch = co_await parts_.store.batch(json::value_to<std::string>(*batch_id));
    if (!batch) co_return batch.error();
    at = batch->done_at.value_or(at);
    body["timestamp"] = iso8601(at);
    body["data"] = json::parse(to_json(*batch));
  } else {
    body["timestamp"] = iso8601(at);
    body["data"] = payload.contains("data") ? payload.at("data") : json::object{};
  }
  message.body = json::serialize(body);
  co_return message;
}

awaitable<Result<std::string>> WebhookPath::run(Attempt& attempt) {
  auto message = co_await message_of(attempt.job);
  if (!message) co_return message.error();
  // The same with each attempt, so that the receiver can tell a repetition.
  const std::string id = "msg_" + attempt.job.id;
  const std::int64_t seconds = to_unix_ms(parts_.clock.now()) / 1000;
  delivery::Notice notice{.url = message->url, .headers = {}, .body = std::move(message->body)};
  notice.headers = {{"webhook-id", id},
                    {"webhook-timestamp", std::to_string(seconds)},
                    {"webhook-signature", webhook_signature(parts_.webhooks.secret_of(attempt.job.vendor), id,
                                                            seconds, notice.body)}};
  const auto status = co_await parts_.notifier.post(std::move(notice), attempt.stop);
  attempt.times.mark("post");
  if (!status) co_return status.error();
  if (*status >= 200 && *status < 300)
    co_return json::serialize(json::object{{"success", true}, {"status", *status}, {"url", message->url}});
  if (*status == 410) {
    if (message->is_vendors) parts_.gone(attempt.job.vendor);
    co_return Error{.code = Errc::upstream_missing,
                    .message = "The receiver answered 410: it wants no more events"};
  }
  co_return Error{.code = Errc::upstream_failed,
                  .message = "The receiver answered " + std::to_string(*status)};
}

awaitable<void> WebhookPath::gave_up(const jobs::Job& job, const std::string& reason) {
  log::warn("webhook {} of vendor {} is given up: {}", job.id, job.vendor, reason);
  co_return;
}

}  // namespace cutroom::engine
