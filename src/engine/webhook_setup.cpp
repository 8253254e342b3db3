#include "engine/webhook_setup.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cutroom::engine {
namespace {

// In the vendor's set-up the events are one text, with commas between them.
std::string joined(const std::vector<std::string>& events) {
  std::string text;
  for (const std::string& event : events) text.append(text.empty() ? "" : ",").append(event);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> events;
  while (!text.empty()) {
    const std::string_view event = text.substr(0, text.find(','));
    events.emplace_back(event);
    text.remove_prefix(std::min(text.size(), event.size() + 1));
  }
  return events;
}

Error wrong(const char* field, std::string problem) {
  return {.code = Errc::invalid_input, .message = field + (" " + problem), .fields = {{field, problem}}};
}

}  // namespace

std::optional<WebhookEndpoint> webhook_of(const VendorDirectory& vendors, const std::string& vendor) {
  const vendors::Vendor* known = vendors.find(vendor);
  if (known == nullptr || !known->webhook_url) return std::nullopt;
  return WebhookEndpoint{.url = *known->webhook_url,
                         .secret = known->webhook_secret.value_or(""),
                         .events = split(known->webhook_events.value_or(""))};
}

Result<WebhookEndpoint> WebhookSetup::get(const std::string& vendor) const {
  auto endpoint = webhook_of(parts_.vendors, vendor);
  if (!endpoint) return Error{.code = Errc::not_found, .message = "No webhook is set"};
  return std::move(*endpoint);
}

boost::asio::awaitable<Result<WebhookEndpoint>> WebhookSetup::set(std::string vendor, std::string url,
                                                                  std::vector<std::string> events) {
  if (const auto checked = parts_.notifier.check(url); !checked) {
    Error error = checked.error();
    error.fields = {{"url", error.text()}};
    co_return error;
  }
  for (const std::string& event : events)
    if (std::find(std::begin(kWebhookEvents), std::end(kWebhookEvents), event) == std::end(kWebhookEvents))
      co_return wrong("events", "may hold job.completed, job.failed and batch.completed");
  if (parts_.vendors.find(vendor) == nullptr)
    co_return Error{
        .code = Errc::conflict,
        .message = "There is no vendor \"" + vendor +
                   "\" to keep a webhook for; set it up first, or give options.webhookUrl with a job"};
  WebhookEndpoint endpoint{
      .url = std::move(url), .secret = new_webhook_secret(), .events = std::move(events)};
  std::function<Result<void>(vendors::Vendor&)> change = [&endpoint](vendors::Vendor& of) -> Result<void> {
    of.webhook_url = endpoint.url;
    of.webhook_secret = endpoint.secret;
    of.webhook_events = joined(endpoint.events);
    return {};
  };
  const auto changed = co_await parts_.vendors.change(std::move(vendor), std::move(change));
  if (!changed) co_return changed.error();
  co_return endpoint;
}

boost::asio::awaitable<Result<void>> WebhookSetup::remove(std::string vendor) {
  if (parts_.vendors.find(vendor) == nullptr) co_return Result<void>();
  std::function<Result<void>(vendors::Vendor&)> change = [](vendors::Vendor& of) -> Result<void> {
    of.webhook_url.reset();
    of.webhook_secret.reset();
    of.webhook_events.reset();
    return {};
  };
  const auto changed = co_await parts_.vendors.change(std::move(vendor), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>();
}

boost::asio::awaitable<Result<jobs::JobId>> WebhookSetup::test(std::string vendor) {
  auto delivery = parts_.webhooks.test(vendor);
  if (!delivery) co_return delivery.error();
  std::vector<jobs::NewJob> one;
  one.push_back(std::move(*delivery));
  const auto ids = co_await parts_.store.add(std::move(one), parts_.clock.now());
  if (!ids) co_return ids.error();
  co_return ids->front();
}

}  // namespace cutroom::engine
