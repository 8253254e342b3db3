#include <utility>

#include <boost/json.hpp>

#include "adapters/http/caller.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/job_json.hpp"
#include "adapters/http/job_page.hpp"
#include "adapters/http/json_body.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"
#include "engine/webhooks.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

std::optional<jobs::JobState> read_state(Query& query) {
  const auto word = query.text("state");
  if (!word) return std::nullopt;
  const auto state = jobs::job_state_from(*word);
  if (!state)
    query.add_problem("state", "must be one of waiting, active, completed, failed, delayed, paused");
  return state;
}

// One of the texts that a body may narrow a call with.
std::optional<std::string> take_text(const json::object& body, std::string_view name,
                                     FieldProblems& problems) {
  const json::value* value = body.if_contains(name);
  if (!value || value->is_null()) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  problems.add(std::string(name), "must be a string");
  return std::nullopt;
}

}  // namespace

awaitable<Response> list_jobs(const Api& api, Request& request) {
  Query query(request.query,
              {"queue", "state", "vendorId", "projectId", "batchId", "since", "until", "limit", "cursor"});
  jobs::JobFilter filter{.queue = query.text("queue"),
                         .state = read_state(query),
                         .vendor = query.text("vendorId"),
                         .project = query.text("projectId"),
                         .batch = query.id("batchId"),
                         .since = query.time("since"),
                         .until = query.time("until")};
  PageWish wish = page_wish_of(query);
  const bool is_queue_given = filter.queue.has_value();
  if (const auto error = query.error()) co_return error_response(*error, describe(request));
  auto vendor = vendor_to_show(request, std::move(filter.vendor));
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  filter.vendor = std::move(*vendor);
  std::function<std::string(const jobs::Job&)> entry = [is_queue_given](const jobs::Job& job) {
    // Deliveries are jobs too, but not of the kind that is meant without a queue's name.
    const bool is_meant = is_queue_given || job.queue != engine::kWebhookQueue;
    return is_meant ? to_json(job) : std::string();
  };
  co_return co_await job_page(api, request, std::move(filter), std::move(wish), "jobs", std::move(entry));
}

awaitable<Response> retry_jobs(const Api& api, Request& request) {
  FieldProblems problems;
  jobs::JobFilter filter;
  std::string reason;
  if (!request.body.empty()) {
    const auto body = parse_object(request.body);
    if (!body) co_return error_response(body.error(), describe(request));
    for (const auto& [name, value] : *body) {
      const std::string_view key(name);
      if (key != "queue" && key != "vendorId" && key != "projectId" && key != "batchId" && key != "reason")
        problems.add(std::string(key.substr(0, 64)),
                     "is not known; there are queue, vendorId, projectId, batchId, reason");
    }
    filter.queue = take_text(*body, "queue", problems);
    filter.vendor = take_text(*body, "vendorId", problems);
    filter.project = take_text(*body, "projectId", problems);
    filter.batch = take_text(*body, "batchId", problems);
    reason = take_text(*body, "reason", problems).value_or("");
  }
  if (!problems.none()) co_return error_response(std::move(problems).error(), describe(request));
  auto vendor = vendor_to_show(request, std::move(filter.vendor));
  if (!vendor) co_return error_response(vendor.error(), describe(request));
  filter.vendor = std::move(*vendor);
  const auto retried = co_await api.use.control.retry_all(std::move(filter), std::move(reason));
  if (!retried) co_return error_response(retried.error(), describe(request));
  JsonText out;
  out.flag("success", true);
  out.number("retried", static_cast<std::int64_t>(*retried));
  co_return json_response(200, std::move(out).str());
}

}  // namespace cutroom::http
