#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/http/caller.hpp"
#include "adapters/http/event_stream.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/job_json.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"
#include "engine/announcer.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;
using engine::Event;
using engine::EventHub;
using engine::EventType;
using engine::Topic;

// How long browsers wait before they come back.
constexpr std::string_view kRetryLine = "retry: 2000\n\n";

bool ends_job(const Event& event) {
  return event.type == EventType::completed || event.type == EventType::failed ||
         event.type == EventType::removed;
}
bool ends_batch(const Event& event) { return event.type == EventType::batch_completed; }
bool never_ends(const Event&) { return false; }

Response stream(const Api& api, std::unique_ptr<EventHub::Subscription> subscription, std::string greeting,
                bool (*is_last)(const Event&)) {
  Response response{.content_type = "text/event-stream",
                    .body = std::make_unique<EventStream>(api.use.hub, std::move(subscription),
                                                          std::move(greeting), is_last)};
  response.add_header("Cache-Control", "no-store");
  response.add_header("X-Accel-Buffering", "no");  // nginx would collect the events.
  return response;
}

// Who listens to what, from before it was looked at: what happens between the look and the listening would be
// told to nobody.
struct Listener {
  Topic topic;
  bool (*is_last)(const Event&);
  std::uint64_t since;  // The number of the last event before.
  std::unique_ptr<EventHub::Subscription> subscription;
};

Result<Listener> listen(const Api& api, const Request& request, Topic topic, bool (*is_last)(const Event&)) {
  EventHub& hub = api.use.hub;
  const std::string& last_seen = request.headers.last_event_id;
  auto subscription = last_seen.empty() ? hub.subscribe(topic) : hub.subscribe(topic, last_seen);
  if (!subscription) return Error{.code = Errc::unavailable, .message = "Too many subscribers"};
  return Listener{.topic = std::move(topic),
                  .is_last = is_last,
                  .since = hub.last_number(),
                  .subscription = std::move(subscription)};
}

// What is listened to, as it is now.
struct Subject {
  std::string state_json;
  // Where nothing more will happen: the event with which it ended, and when.
  std::optional<Event> last{};
  TimePoint ended_at{};
};

// An end is told a moment after the store knows of it, so that who asks meanwhile finds it in neither place.
constexpr Millis kTellingMax{2'000};

// All that the listener has missed of something that has ended.
awaitable<EventHub::Subscription::Batch> missed_of(const Api& api, Listener& listener, TimePoint ended_at) {
  const EventHub& hub = api.use.hub;
  auto missed = co_await listener.subscription->next(Millis{0}, EventHub::kRemembered);
  while (api.use.clock.now() - ended_at < kTellingMax && !hub.last_such(listener.topic, listener.is_last)) {
    auto more = co_await listener.subscription->next(kTellingMax, EventHub::kRemembered);
    if (more.events.empty()) break;
    std::move(more.events.begin(), more.events.end(), std::back_inserter(missed.events));
  }
  co_return missed;
}

// Of something that has ended.
awaitable<Response> end_of(const Api& api, Request& request, Listener listener, Subject subject) {
  const EventHub& hub = api.use.hub;
  const bool is_back = !request.headers.last_event_id.empty();
  const auto missed = co_await missed_of(api, listener, subject.ended_at);
  std::string greeting(kRetryLine);
  if (is_back && !missed.resync) {
    // Whoever has seen the end and comes back would do so for ever: 204 tells a browser to stop.
    if (missed.events.empty()) co_return empty_response(204);
    for (const Event& event : missed.events) {
      append_frame(greeting, hub, event);
      if (listener.is_last(event)) break;
    }
  } else {
    // Whoever is cut off between the frames goes on with the end, where it is remembered.
    const auto end = hub.last_such(listener.topic, listener.is_last);
    const std::string before = end ? hub.id_of(*end - 1) : std::string();
    if (is_back) append_frame(greeting, before, "resync", "{}");
    append_frame(greeting, before, "state", subject.state_json);
    append_frame(greeting, hub.id_of(hub.last_number()), to_string(subject.last->type),
                 event_json(*subject.last));
  }
  listener.subscription->stop();
  co_return stream(api, std::move(listener.subscription), std::move(greeting), listener.is_last);
}

// Says how it stands, then what happens. Who comes back after having been cut off gets what was missed
// instead.
awaitable<Response> stream_of(const Api& api, Request& request, Listener listener, Subject subject) {
  if (subject.last) co_return co_await end_of(api, request, std::move(listener), std::move(subject));
  std::string greeting(kRetryLine);
  if (request.headers.last_event_id.empty())
    append_frame(greeting, api.use.hub.id_of(listener.since), "state", subject.state_json);
  co_return stream(api, std::move(listener.subscription), std::move(greeting), listener.is_last);
}

// The event with which an ended job ended.
std::optional<Event> last_event_of(const jobs::Job& job) {
  if (!has_ended(job)) return std::nullopt;
  const bool is_completed = job.state == jobs::JobState::completed;
  return Event{.type = is_completed ? EventType::completed : EventType::failed,
               .job = job.id,
               .batch = job.batch,
               .vendor = job.vendor,
               .queue = job.queue,
               .record_json = engine::record_json_of(job),
               .text = is_completed ? job.result_json : job.failed_reason};
}

}  // namespace

awaitable<Response> job_events(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id))
    co_return error_response({.code = Errc::not_found, .message = "Job not found"}, describe(request));
  auto listener = listen(api, request, {Topic::Kind::job, id}, ends_job);
  if (!listener) co_return error_response(listener.error(), describe(request));
  const auto job = co_await api.use.status.job(id);
  if (!job) co_return error_response(job.error(), describe(request));
  if (!engine::may_see(request.caller, job->vendor))
    co_return error_response({.code = Errc::not_found, .message = "Job not found"}, describe(request));
  Subject subject{.state_json = to_json(*job), .last = last_event_of(*job)};
  subject.ended_at = job->finished_at.value_or(TimePoint{});
  co_return co_await stream_of(api, request, std::move(*listener), std::move(subject));
}

awaitable<Response> batch_events(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id))
    co_return error_response({.code = Errc::not_found, .message = "Batch not found"}, describe(request));
  auto listener = listen(api, request, {Topic::Kind::batch, id}, ends_batch);
  if (!listener) co_return error_response(listener.error(), describe(request));
  const auto batch = co_await api.use.status.batch(id);
  if (!batch) co_return error_response(batch.error(), describe(request));
  if (!engine::may_see(request.caller, batch->vendor))
    co_return error_response({.code = Errc::not_found, .message = "Batch not found"}, describe(request));
  Subject subject{.state_json = engine::to_json(*batch)};
  if (batch->done_at) {
    subject.last =
        Event{.type = EventType::batch_completed, .job = {}, .batch = id, .text = subject.state_json};
    subject.ended_at = *batch->done_at;
  }
  co_return co_await stream_of(api, request, std::move(*listener), std::move(subject));
}

awaitable<Response> vendor_events(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  const auto shown = vendor_to_show(request, query.text("vendorId"));
  if (!shown) co_return error_response(shown.error(), describe(request));
  auto listener =
      listen(api, request, {Topic::Kind::vendor, shown->value_or(caller_vendor(request))}, never_ends);
  if (!listener) co_return error_response(listener.error(), describe(request));
  std::string greeting(kRetryLine);
  // An id without an event: who is cut off before the first one knows where to go on all the same.
  if (request.headers.last_event_id.empty())
    greeting = "retry: 2000\nid: " + api.use.hub.id_of(listener->since) + "\n\n";
  co_return stream(api, std::move(listener->subscription), std::move(greeting), listener->is_last);
}

}  // namespace cutroom::http
