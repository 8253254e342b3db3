// Server-sent events (the HTML standard, 9.2) of a subscription.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/response.hpp"
#include "engine/event_hub.hpp"

namespace cutroom::http {

// {jobId, recordId?, batchId?, vendorId, queue, state?, progress?, result?, failedReason?}
std::string event_json(const engine::Event&);

class EventStream final : public BodyStream {
 public:
  // Proxies close what is silent for long, often after a minute.
  static constexpr Millis kHeartbeat{15'000};

  // `greeting`: frames that go out first. `is_last`: whether nothing can follow this event; the stream ends
  // with it.
  EventStream(const engine::EventHub& hub, std::unique_ptr<engine::EventHub::Subscription> subscription,
              std::string greeting, std::function<bool(const engine::Event&)> is_last)
      : hub_(hub),
        subscription_(std::move(subscription)),
        text_(std::move(greeting)),
        is_last_(std::move(is_last)) {}

  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  boost::asio::awaitable<Result<std::string_view>> next() override;
  void stop() override { subscription_->stop(); }

 private:
  void append(const engine::Event&);

  const engine::EventHub& hub_;
  std::unique_ptr<engine::EventHub::Subscription> subscription_;
  std::string text_;  // What goes out next.
  std::function<bool(const engine::Event&)> is_last_;
  bool greeted_ = false;
  bool ended_ = false;
};

// One frame; `id` may be empty.
void append_frame(std::string& out, std::string_view id, std::string_view type, std::string_view data);
void append_frame(std::string& out, const engine::EventHub&, const engine::Event&);

}  // namespace cutroom::http
