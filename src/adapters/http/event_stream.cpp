#include "adapters/http/event_stream.hpp"

#include <utility>

#include "adapters/http/json_text.hpp"

namespace cutroom::http {
namespace {

using engine::Event;
using engine::EventType;

// The job's state after the event; none where it is gone or no job's event.
std::string_view state_after(EventType type) {
  switch (type) {
    case EventType::queued:
      return "waiting";
    case EventType::active:
    case EventType::progress:
      return "active";
    case EventType::completed:
    case EventType::failed:
    case EventType::delayed:
      return to_string(type);
    case EventType::removed:
    case EventType::batch_completed:
      break;
  }
  return {};
}

}  // namespace

std::string event_json(const Event& event) {
  if (event.type == EventType::batch_completed) return event.text;
  JsonText json;
  json.text("jobId", event.job);
  if (!event.record_json.empty()) json.raw("recordId", event.record_json);
  if (event.batch) json.text("batchId", *event.batch);
  json.text("vendorId", event.vendor);
  json.text("queue", event.queue);
  if (const auto state = state_after(event.type); !state.empty()) json.text("state", state);
  if (event.type == EventType::progress || event.type == EventType::active)
    json.number("progress", event.progress);
  if (event.type == EventType::completed) {
    json.number("progress", 100);
    json.raw("result", event.text);
  }
  if (event.type == EventType::failed || event.type == EventType::delayed)
    json.text("failedReason", event.text);
  return std::move(json).str();
}

void append_frame(std::string& out, std::string_view id, std::string_view type, std::string_view data) {
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  // JSON of ours has no line breaks, which would need a `data:` each.
  out.append("event: ").append(type).append("\ndata: ").append(data).append("\n\n");
}

void append_frame(std::string& out, const engine::EventHub& hub, const Event& event) {
  append_frame(out, hub.id_of(event.number), to_string(event.type), event_json(event));
}

void EventStream::append(const Event& event) {
  append_frame(text_, hub_, event);
  if (is_last_(event)) ended_ = true;
}

boost::asio::awaitable<Result<std::string_view>> EventStream::next() {
  if (!std::exchange(greeted_, true) && !text_.empty()) co_return std::string_view(text_);
  text_.clear();
  if (ended_ || subscription_->stopped()) co_return std::string_view();
  const auto batch = co_await subscription_->next(kHeartbeat);
  if (batch.resync) append_frame(text_, hub_.id_of(batch.before), "resync", "{}");
  for (const Event& event : batch.events) {
    append(event);
    if (ended_) break;
  }
  if (text_.empty() && !subscription_->stopped()) text_ = ": still there\n\n";
  co_return std::string_view(text_);
}

}  // namespace cutroom::http
