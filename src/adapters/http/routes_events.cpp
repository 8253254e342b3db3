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

Response stream(const Api& api, std::unique_ptr<EventHub::Subscription> subscription, std::string greeting,
                bool (*is_last)(const Event&)) {
  Response response{.content_type = "text/event-stream",
                    .body = std::make_unique<EventStream>(api.use.hub, std::move(subscription),
                                                          std::move(greeting), is_last)};
  response.add_header("Cache-Control", "no-store");
  response.add_header("X-Accel-Buffering", "no");  // nginx would collect the events.
  return response;
}

// What is listened to, as it is now.
struct Subject {
  std::string state_json;
  std::optional<Event> last;  // Where nothing more will happen: the event with which it ended.
  bool (*is_last)(const Event&);
};

// What happens from now on, or from the event on that the caller has seen last. Begun before the state is
// read, so that nothing is missed in between, whichever way the two come; what is in the state already may be
// told again.
struct Listening {
  std::unique_ptr<EventHub::Subscription> subscription;
  std::string id;  // Of the last event before it.
};

Result<Listening> listen(const Api& api, const Request& request, Topic topic) {
  EventHub& hub = api.use.hub;
  const std::string& last_seen = request.headers.last_event_id;
  Listening listening{.subscription = last_seen.empty() ? hub.subscribe(std::move(topic))
                                                        : hub.subscribe(std::move(topic), last_seen),
                      .id = hub.id_of(hub.last_number())};
  if (!listening.subscription) return Error{.code = Errc::unavailable, .message = "Too many subscribers"};
  return listening;
}

// An end that another process has written may be read before its event is here.
constexpr Millis kEventsBehindStateMax{1'000};

// Says how it stands, then what happens. Who comes back after having been cut off gets what was missed
// instead.
awaitable<Response> stream_of(const Api& api, Request& request, Listening listening, Subject subject) {
  EventHub& hub = api.use.hub;
  const bool comes_back = !request.headers.last_event_id.empty();
  std::string greeting(kRetryLine);
  if (subject.last && comes_back) {
    // Whoever has seen the end and comes back would do so for ever: 204 tells a browser to stop.
    const Millis patience = hub.is_relayed() ? kEventsBehindStateMax : Millis{0};
    const auto missed = co_await listening.subscription->next(patience);
    if (missed.events.empty() && !missed.resync) co_return empty_response(204);
  }
  if (subject.last) listening.id = hub.id_of(hub.last_number());
  if (subject.last || !comes_back) append_frame(greeting, listening.id, "state", subject.state_json);
  if (subject.last) {
    append_frame(greeting, listening.id, to_string(subject.last->type), event_json(*subject.last));
    listening.subscription->stop();
  }
  co_return stream(api, std::move(listening.subscription), std::move(greeting), subject.is_last);
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
               .text = is_completed ? job.result_json : job.failed_reason};
}

}  // namespace

awaitable<Response> job_events(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id))
    co_return error_response({.code = Errc::not_found, .message = "Job not found"}, describe(request));
  auto listening = listen(api, request, {Topic::Kind::job, id});
  if (!listening) co_return error_response(listening.error(), describe(request));
  const auto job = co_await api.use.status.job(id);
  if (!job) co_return error_response(job.error(), describe(request));
  if (!engine::may_see(request.caller, job->vendor))
    co_return error_response({.code = Errc::not_found, .message = "Job not found"}, describe(request));
  Subject subject{.state_json = to_json(*job), .last = last_event_of(*job), .is_last = ends_job};
  co_return co_await stream_of(api, request, std::move(*listening), std::move(subject));
}

awaitable<Response> batch_events(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (!can_be_id(id))
    co_return error_response({.code = Errc::not_found, .message = "Batch not found"}, describe(request));
  auto listening = listen(api, request, {Topic::Kind::batch, id});
  if (!listening) co_return error_response(listening.error(), describe(request));
  const auto batch = co_await api.use.status.batch(id);
  if (!batch) co_return error_response(batch.error(), describe(request));
  if (!engine::may_see(request.caller, batch->vendor))
    co_return error_response({.code = Errc::not_found, .message = "Batch not found"}, describe(request));
  Subject subject{.state_json = engine::to_json(*batch), .last = {}, .is_last = [](const Event& event) {
                    return event.type == EventType::batch_completed;
                  }};
  if (batch->done_at)
    subject.last =
        Event{.type = EventType::batch_completed, .job = {}, .batch = id, .text = subject.state_json};
  co_return co_await stream_of(api, request, std::move(*listening), std::move(subject));
}

awaitable<Response> vendor_events(const Api& api, Request& request) {
  Query query(request.query, {"vendorId"});
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  const auto shown = vendor_to_show(request, query.text("vendorId"));
  if (!shown) co_return error_response(shown.error(), describe(request));
  auto listening = listen(api, request, {Topic::Kind::vendor, shown->value_or(caller_vendor(request))});
  if (!listening) co_return error_response(listening.error(), describe(request));
  co_return stream(api, std::move(listening->subscription), std::string(kRetryLine),
                   [](const Event&) { return false; });
}

}  // namespace cutroom::http
