#include "engine/webhooks.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/digest.hpp"
#include "base/token.hpp"
#include "delivery/base64.hpp"
#include "engine/orders.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 24;  // What the standard recommends at least.

// 5 s, 10 s, ... doubling up to an hour, then hourly: 33 attempts last 23 hours.
constexpr jobs::RetryPolicy kDeliveryRetry{
    .attempts_max = 33, .backoff_first = Millis{5'000}, .backoff_max = Millis{3'600'000}};
constexpr Millis kDeliveryTimeout{20'000};

std::string raw_secret(std::string_view secret) {
  if (secret.starts_with(kSecretPrefix)) secret.remove_prefix(kSecretPrefix.size());
  const auto raw = delivery::base64_decoded(secret);
  return raw ? std::string(raw->view()) : std::string(secret);
}

jobs::NewJob delivery_job(const std::string& vendor, const json::object& payload) {
  return {.queue = std::string(kWebhookQueue),
          .vendor = vendor,
          .payload_json = json::serialize(payload),
          .retry = kDeliveryRetry,
          .timeout = kDeliveryTimeout};
}

json::object data_of(const jobs::Job& job, const Payload& payload, jobs::JobState state,
                     const std::string& text) {
  json::object data{{"jobId", job.id},
                    {"recordId", payload.record_id},
                    {"projectId", payload.project_id},
                    {"vendorId", job.vendor},
                    {"queue", job.queue},
                    {"state", jobs::to_string(state)}};
  if (job.batch) data["batchId"] = *job.batch;
  if (state == jobs::JobState::completed) {
    boost::system::error_code failed;
    data["result"] = json::parse(text, failed);
  } else {
    data["failedReason"] = text;
  }
  return data;
}

}  // namespace

std::string new_webhook_secret() {
  // Hex in, so that half of each byte is random: twice as many of them.
  return std::string(kSecretPrefix) + base64_of(random_token(kSecretBytes));
}

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                              std::string_view body) {
  std::string signed_text(id);
  signed_text.append(".").append(std::to_string(seconds)).append(".").append(body);
  return "v1," + base64_of(hmac_sha256(raw_secret(secret), signed_text));
}

bool Webhooks::wants(const std::string& vendor, std::string_view event) const {
  const auto endpoint = parts_.endpoint_of(vendor);
  if (!endpoint) return false;
  return endpoint->events.empty() ||
         std::find(endpoint->events.begin(), endpoint->events.end(), event) != endpoint->events.end();
}

std::string Webhooks::secret_of(const std::string& vendor) const {
  const auto endpoint = parts_.endpoint_of(vendor);
  return endpoint && !endpoint->secret.empty() ? endpoint->secret : parts_.default_secret;
}

std::vector<jobs::NewJob> Webhooks::after_job(const jobs::Job& job, jobs::JobState state,
                                              const std::string& text) const {
  const auto payload = payload_from_json(job.payload_json);
  if (!payload) return {};
  const std::string_view event = state == jobs::JobState::completed ? kJobCompleted : kJobFailed;
  const bool vendor_wants = wants(job.vendor, event);
  if (payload->webhook_url.empty() && !vendor_wants) return {};
  json::object notice{
      {"type", event}, {"at", to_unix_ms(parts_.clock.now())}, {"data", data_of(job, *payload, state, text)}};
  std::vector<jobs::NewJob> deliveries;
  if (vendor_wants) deliveries.push_back(delivery_job(job.vendor, notice));
  if (!payload->webhook_url.empty()) {
    notice["url"] = payload->webhook_url;
    deliveries.push_back(delivery_job(job.vendor, notice));
  }
  return deliveries;
}

std::optional<jobs::NewJob> Webhooks::after_batch(const std::string& vendor) const {
  if (!wants(vendor, kBatchCompleted)) return std::nullopt;
  return delivery_job(vendor, {{"type", kBatchCompleted}, {"batchId", "{batch}"}});
}

Result<jobs::NewJob> Webhooks::test(const std::string& vendor) const {
  if (!parts_.endpoint_of(vendor))
    return Error{.code = Errc::conflict, .message = "No webhook is set; set one first"};
  return delivery_job(
      vendor,
      {{"type", kWebhookTest}, {"at", to_unix_ms(parts_.clock.now())}, {"data", {{"vendorId", vendor}}}});
}

}  // namespace cutroom::engine
