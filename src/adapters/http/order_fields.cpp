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

struct WorkRead {
  SharedOptions shared;
  json::object work;
  FieldProblems problems;
};

WorkRead read_with(const OrderKind& kind, const json::object& body, json::object options) {
  WorkRead read;
  read.shared = take_shared_options(options, read.problems);
  read.work = kind.read(body, options, read.problems);
  return read;
}

// With the vendor's defaults where the request says nothing. One that doesn't go with what the request says
// is left out: whoever sent the request neither wrote it nor can see it.
WorkRead read_with_defaults(const OrderKind& kind, const json::object& body, const json::object& options) {
  if (kind.defaults == nullptr || kind.defaults->empty()) return read_with(kind, body, options);
  json::object all = options;
  for (const auto& member : *kind.defaults) all.emplace(member.key(), member.value());
  WorkRead read = read_with(kind, body, all);
  if (read.problems.none()) return read;
  read = read_with(kind, body, options);
  if (!read.problems.none()) return read;
  json::object good = options;
  for (const auto& member : *kind.defaults) {
    json::object more = good;
    if (!more.emplace(member.key(), member.value()).second) continue;
    if (WorkRead tried = read_with(kind, body, more); tried.problems.none()) {
      good = std::move(more);
      read = std::move(tried);
    }
  }
  return read;
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
  WorkRead read = read_with_defaults(kind, body, options);
  problems.add(std::move(read.problems));
  order.priority = read.shared.priority;
  order.delay = read.shared.delay;
  order.durable = read.shared.durable;
  order.webhook_url = std::move(read.shared.webhook_url);
  order.work = std::move(read.work);
}

}  // namespace cutroom::http
