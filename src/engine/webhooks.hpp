// Webhooks (standardwebhooks.com): who is told of what, and how it is signed. A delivery is a job of a queue
// of its own, so it is as durable, as fair and as visible as any other job, and tried for a day.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/notifier.hpp"
#include "jobs/job.hpp"

namespace cutroom::engine {

inline constexpr std::string_view kWebhookQueue = "webhook";

// Where a vendor wants its events.
struct WebhookEndpoint {
  std::string url;
  std::string secret;               // whsec_...
  std::vector<std::string> events;  // Of kWebhookEvents; empty: all.
};

inline constexpr std::string_view kJobCompleted = "job.completed";
inline constexpr std::string_view kJobFailed = "job.failed";
inline constexpr std::string_view kBatchCompleted = "batch.completed";
inline constexpr std::string_view kWebhookTest = "test";
inline constexpr std::string_view kWebhookEvents[] = {kJobCompleted, kJobFailed, kBatchCompleted};

// "whsec_" and base64 of 24 random bytes.
std::string new_webhook_secret();
// The value of webhook-signature. `id` and `seconds` are sent as webhook-id and webhook-timestamp.
std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                              std::string_view body);

class Webhooks {
 public:
  struct Parts {
    const Clock& clock;
    // nullopt: the vendor has none.
    std::function<std::optional<WebhookEndpoint>(const std::string& vendor)> endpoint_of;
    // Signs for vendors that have no secret of their own.
    std::string default_secret;
  };
  explicit Webhooks(Parts parts) : parts_(std::move(parts)) {}

  // The deliveries that follow a job which has ended: to the address of the job itself, and to its vendor's.
  // `text`: the result's JSON or the reason.
  std::vector<jobs::NewJob> after_job(const jobs::Job&, jobs::JobState, const std::string& text) const;
  // The one that follows a batch of the vendor; the id is filled in by the job store.
  std::optional<jobs::NewJob> after_batch(const std::string& vendor) const;
  // A trial. conflict: the vendor has no webhook.
  Result<jobs::NewJob> test(const std::string& vendor) const;

  std::optional<WebhookEndpoint> endpoint_of(const std::string& vendor) const {
    return parts_.endpoint_of(vendor);
  }
  // The secret that the vendor's deliveries are signed with.
  std::string secret_of(const std::string& vendor) const;

 private:
  bool wants(const std::string& vendor, std::string_view event) const;

  Parts parts_;
};

}  // namespace cutroom::engine
