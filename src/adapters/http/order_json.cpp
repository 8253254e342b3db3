#include <array>

#include <boost/json.hpp>

#include "adapters/http/option_input.hpp"
#include "adapters/http/order_fields.hpp"
#include "adapters/http/order_input.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

// Orders are flat; what is nested deeper is an attack on the parser's stack.
constexpr std::size_t kDepthMax = 16;

Error not_json(std::string_view body, std::size_t at, const boost::system::error_code& failed) {
  const std::string_view before = body.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string where =
      "line " + std::to_string(line) + ", column " + std::to_string(1 + at - line_start);
  return {.code = Errc::invalid_input,
          .message = body.empty() ? "The body is empty; JSON is needed"
                                  : "The body is not valid JSON at " + where + ": " + failed.message()};
}

// The value lives in the parser's memory; `with` must not let any of it out.
template <class With>
auto with_object(std::string_view body, With with) -> decltype(with(std::declval<const json::object&>())) {
  std::array<unsigned char, 4096> first;
  json::monotonic_resource memory(first.data(), first.size());
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::parser parser({}, options);
  parser.reset(&memory);
  boost::system::error_code failed;
  const std::size_t at = parser.write(body.data(), body.size(), failed);
  if (failed) return not_json(body, at, failed);
  const json::value value = parser.release();
  if (!value.is_object())
    return Error{.code = Errc::invalid_input, .message = "The body must be a JSON object"};
  return with(value.get_object());
}

// Out of the parser's memory.
json::value own(const json::value& value) { return json::value(value, json::storage_ptr()); }

// The options, which the parser's memory outlives.
OrderOptions options_of(const json::object& body, FieldProblems& problems) {
  static const json::value kNone;
  const json::value* options = body.if_contains("options");
  return read_options(options ? *options : kNone, problems);
}

Result<engine::CutOutOrder> read_order(const json::object& body) {
  FieldProblems problems;
  const json::value* record = body.if_contains("recordId");
  const json::value* photo = body.if_contains("photoUrl");
  const std::string_view record_problem = id_problem(record);
  const std::string_view photo_problem = photo_url_problem(photo);
  if (!record_problem.empty()) problems.add("recordId", std::string(record_problem));
  if (!photo_problem.empty()) problems.add("photoUrl", std::string(photo_problem));
  engine::CutOutOrder order;
  order.vendor = read_vendor(body, problems);
  order.project_id = own(read_project(body, problems));
  const OrderOptions options = options_of(body, problems);
  order.options = options.cut_out;
  order.priority = options.priority;
  if (!problems.none()) {
    const bool missing = record_problem == kRequired || photo_problem == kRequired;
    return std::move(problems).error(missing ? "recordId and photoUrl are required" : "");
  }
  order.record_id = own(*record);
  order.photo_url = std::string(photo->get_string());
  return order;
}

const json::array* read_array(const json::object& body, std::string_view field, FieldProblems& missing) {
  const json::value* value = body.if_contains(field);
  if (!value || value->is_null())
    missing.add(std::string(field), "is required");
  else if (!value->is_array())
    missing.add(std::string(field), "must be an array");
  else if (value->get_array().empty())
    missing.add(std::string(field), "must not be empty");
  else
    return &value->get_array();
  return nullptr;
}

Result<std::vector<engine::CutOutOrder>> read_bulk(const json::object& body) {
  FieldProblems problems;
  const json::array* records = read_array(body, "recordIds", problems);
  const json::array* photos = read_array(body, "photoUrls", problems);
  if (!records || !photos)
    return std::move(problems).error("recordIds and photoUrls are required, as arrays");
  if (records->size() != photos->size()) {
    problems.add("photoUrls", "has " + std::to_string(photos->size()) + " entries, recordIds has " +
                                  std::to_string(records->size()));
    return std::move(problems).error("recordIds and photoUrls must have the same length");
  }
  const std::string vendor = read_vendor(body, problems);
  const json::value project = own(read_project(body, problems));
  const OrderOptions options = options_of(body, problems);

  std::vector<engine::CutOutOrder> orders;
  orders.reserve(records->size());
  for (std::size_t i = 0; i < records->size(); ++i) {
    const json::value& record = (*records)[i];
    const json::value& photo = (*photos)[i];
    const std::string_view record_problem = id_problem(&record);
    const std::string_view photo_problem = photo_url_problem(&photo);
    const auto name = [i](const char* field) { return field + ("[" + std::to_string(i) + "]"); };
    if (!record_problem.empty()) problems.add(name("recordIds"), std::string(record_problem));
    if (!photo_problem.empty()) problems.add(name("photoUrls"), std::string(photo_problem));
    if (!problems.none()) continue;
    orders.push_back({.record_id = own(record),
                      .project_id = project,
                      .photo_url = std::string(photo.get_string()),
                      .upload = {},
                      .vendor = vendor,
                      .options = options.cut_out,
                      .priority = options.priority});
  }
  if (!problems.none()) return std::move(problems).error();
  return orders;
}

}  // namespace

Result<engine::CutOutOrder> order_from_json(std::string_view body) { return with_object(body, read_order); }

Result<std::vector<engine::CutOutOrder>> bulk_orders_from_json(std::string_view body) {
  return with_object(body, read_bulk);
}

}  // namespace cutroom::http
