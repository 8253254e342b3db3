#include <boost/json/object.hpp>

#include "adapters/http/field_problems.hpp"
#include "adapters/http/handlers.hpp"
#include "adapters/http/json_body.hpp"
#include "adapters/http/json_text.hpp"
#include "adapters/http/query.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/vendor_input.hpp"
#include "adapters/http/vendor_json.hpp"

namespace cutroom::http {
namespace {

using boost::asio::awaitable;

// Vendors in one answer; the next ones follow with ?after=.
constexpr std::int64_t kPageMax = 1'000;
// Days of usage in one answer.
constexpr std::chrono::days kSpanMax{1'100};

Response refused(const Error& error, const Request& request) {
  return error_response(error, describe(request));
}

Response unknown_vendor(const Request& request) {
  return refused({.code = Errc::not_found, .message = "There is no such vendor"}, request);
}

std::string text_at(const boost::json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Error wrong(const char* field, std::string problem) {
  return {.code = Errc::invalid_input, .message = field + (" " + problem), .fields = {{field, problem}}};
}

vendors::Day day_at(Query& query, const char* name, vendors::Day otherwise) {
  const auto text = query.text(name);
  if (!text) return otherwise;
  const auto day = vendors::day_from(*text);
  if (!day) query.add_problem(name, "must be a day like 2026-11-24");
  return day.value_or(otherwise);
}

Result<vendors::Days> days_of(const Request& request, vendors::Day today) {
  Query query(request.query, {"from", "to"});
  vendors::Days days{.from = day_at(query, "from", vendors::first_of_month(today)),
                     .to = day_at(query, "to", today)};
  if (days.to < days.from) query.add_problem("to", "must not be before from");
  if (days.to - days.from > kSpanMax) query.add_problem("from", "must be at most 1100 days before to");
  if (auto error = query.error()) return std::move(*error);
  days.to += std::chrono::days(1);  // In the API the last day counts.
  return days;
}

// No body is an empty one.
Result<boost::json::object> object_of(const Request& request) {
  if (request.body.empty()) return boost::json::object();
  return parse_object(request.body);
}

}  // namespace

awaitable<Response> list_vendors(const Api& api, Request& request) {
  Query query(request.query, {"after", "limit"});
  const auto limit = static_cast<std::size_t>(query.whole_number("limit", 1, kPageMax).value_or(kPageMax));
  if (const auto error = query.error()) co_return refused(*error, request);
  const auto page = api.use.vendors.page(query.text("after").value_or(""), limit + 1);
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < page.size() && i < limit; ++i) entries.push_back(to_json(page[i]));
  JsonText json;
  json.raw("vendors", array_of(entries));
  if (page.size() > limit) json.text("nextAfter", page[limit - 1].id);
  co_return json_response(200, std::move(json).str());
}

awaitable<Response> create_vendor(const Api& api, Request& request) {
  const auto body = object_of(request);
  if (!body) co_return refused(body.error(), request);
  const std::string id = text_at(*body, "id");
  if (id.empty()) co_return refused(wrong("id", "is required, as a string"), request);
  vendors::Vendor vendor = api.use.vendors.draft(id);
  if (const auto read = read_vendor_fields(*body, vendor); !read) co_return refused(read.error(), request);
  const auto created = co_await api.use.vendors.create(std::move(vendor));
  if (!created) co_return refused(created.error(), request);
  co_return json_response(201, to_json(*created));
}

awaitable<Response> get_vendor(const Api& api, Request& request) {
  const vendors::Vendor* vendor = api.use.vendors.find(request.params[0]);
  if (vendor == nullptr) co_return unknown_vendor(request);
  co_return json_response(200, to_json(*vendor));
}

awaitable<Response> change_vendor(const Api& api, Request& request) {
  const auto body = object_of(request);
  if (!body) co_return refused(body.error(), request);
  if (body->contains("id") && text_at(*body, "id") != request.params[0])
    co_return refused(wrong("id", "can't be changed"), request);
  // Outlives the call, as it must: the change may have to wait for another.
  const auto change = [&body](vendors::Vendor& vendor) { return read_vendor_fields(*body, vendor); };
  const auto changed = co_await api.use.vendors.change(request.params[0], change);
  if (!changed) co_return refused(changed.error(), request);
  co_return json_response(200, to_json(*changed));
}

awaitable<Response> remove_vendor(const Api& api, Request& request) {
  const auto removed = co_await api.use.vendors.remove(request.params[0]);
  if (!removed) co_return refused(removed.error(), request);
  co_return empty_response(204);
}

awaitable<Response> list_keys(const Api& api, Request& request) {
  if (api.use.vendors.find(request.params[0]) == nullptr) co_return unknown_vendor(request);
  std::vector<std::string> entries;
  for (const vendors::ApiKey& key : api.use.vendors.keys_of(request.params[0]))
    entries.push_back(to_json(key));
  JsonText json;
  json.raw("keys", array_of(entries));
  co_return json_response(200, std::move(json).str());
}

awaitable<Response> create_key(const Api& api, Request& request) {
  const auto body = object_of(request);
  if (!body) co_return refused(body.error(), request);
  FieldProblems problems;
  for (const auto& member : *body)
    if (member.key() != "label")
      problems.add(std::string(member.key()).substr(0, 64), "is not known; there is label");
    else if (!member.value().is_string())
      problems.add("label", "must be a string");
  if (!problems.none()) co_return refused(std::move(problems).error(), request);
  const auto made = co_await api.use.vendors.add_key(request.params[0], text_at(*body, "label"));
  if (!made) co_return refused(made.error(), request);
  co_return json_response(201, to_json(*made));
}

awaitable<Response> revoke_key(const Api& api, Request& request) {
  const auto revoked = co_await api.use.vendors.revoke_key(request.params[0], request.params[1]);
  if (!revoked) co_return refused(revoked.error(), request);
  co_return empty_response(204);
}

awaitable<Response> vendor_usage(const Api& api, Request& request) {
  const std::string& id = request.params[0];
  if (api.use.vendors.find(id) == nullptr) co_return unknown_vendor(request);
  const vendors::Day today = vendors::day_of(api.use.clock.now());
  const auto days = days_of(request, today);
  if (!days) co_return refused(days.error(), request);
  const auto usage = co_await api.use.usage.usage(id, *days);
  if (!usage) co_return refused(usage.error(), request);
  const vendors::Days month_days{.from = vendors::first_of_month(today),
                                 .to = vendors::first_of_next_month(today)};
  const auto month = co_await api.use.usage.usage(id, month_days);
  if (!month) co_return refused(month.error(), request);

  std::vector<std::string> entries;
  for (const vendors::DayUsage& day : *usage) entries.push_back(to_json(day));
  vendors::Usage sum;
  for (const vendors::DayUsage& day : *month) sum += day.usage;
  const vendors::Vendor* vendor = api.use.vendors.find(id);  // It may have been removed meanwhile.
  JsonText json;
  json.text("vendorId", id);
  json.raw("days", array_of(entries));
  json.raw("month", month_json(today, sum, vendor == nullptr ? 0 : vendor->monthly_quota));
  co_return json_response(200, std::move(json).str());
}

}  // namespace cutroom::http
