#include "adapters/http/order_fields.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "adapters/http/option_input.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

// Enough for any key of a database; what is longer isn't one.
constexpr std::size_t kIdBytesMax = 255;

bool is_missing(const json::value* value) {
  return !value || value->is_null() || (value->is_string() && value->get_string().empty());
}

// Whether there is an optional id; a wrong one is added to the problems.
bool has_id(const json::value* value, std::string field, FieldProblems& problems) {
  const std::string_view problem = id_problem(value);
  if (!problem.empty() && problem != kRequired) problems.add(std::move(field), std::string(problem));
  return problem.empty();
}

}  // namespace

std::string_view id_problem(const json::value* value) {
  if (is_missing(value)) return kRequired;
  if (value->is_int64() || value->is_uint64()) return {};
  if (!value->is_string()) return "must be a string or a whole number";
  const std::string_view text(value->get_string());
  const bool printable = std::none_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!printable) return "must not contain control characters";
  if (text.size() > kIdBytesMax) return "must not be longer than 255 bytes";
  return {};
}

std::string_view photo_url_problem(const json::value* value) {
  if (is_missing(value)) return kRequired;
  if (!value->is_string()) return "must be a string: an http(s) address or a data: URI";
  return {};
}

std::string read_vendor(const json::object& body, FieldProblems& problems) {
  const json::value* vendor = body.if_contains("vendorId");
  if (!has_id(vendor, "vendorId", problems)) return {};
  return vendor->is_string() ? std::string(vendor->get_string()) : json::serialize(*vendor);
}

json::value read_project(const json::object& body, FieldProblems& problems) {
  const json::value* project = body.if_contains("projectId");
  return has_id(project, "projectId", problems) ? *project : json::value();
}

void read_work(const OrderKind& kind, const json::object& body, engine::Order& order,
               FieldProblems& problems) {
  // A copy in memory of its own: the body lives in the parser's.
  json::object options{json::storage_ptr()};
  if (const json::value* given = body.if_contains("options"); given && !given->is_null()) {
    if (given->is_object())
      options = json::object(given->get_object(), json::storage_ptr());
    else
      problems.add("options", "must be an object");
  }
  if (kind.defaults != nullptr)
    for (const auto& member : *kind.defaults) options.emplace(member.key(), member.value());
  SharedOptions shared = take_shared_options(options, problems);
  order.priority = shared.priority;
  order.delay = shared.delay;
  order.webhook_url = std::move(shared.webhook_url);
  order.work = kind.read(body, options, problems);
}

}  // namespace cutroom::http
