#include <array>

#include <boost/json.hpp>

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

// The order's fields that don't differ from photo to photo.
engine::Order read_shared(const OrderKind& kind, const json::object& body, FieldProblems& problems) {
  engine::Order order;
  order.queue = kind.queue;
  order.vendor = read_vendor(body, problems);
  order.project_id = own(read_project(body, problems));
  read_work(kind, body, order, problems);
  return order;
}

Result<engine::Order> read_order(const OrderKind& kind, const json::object& body) {
  FieldProblems problems;
  const json::value* record = body.if_contains("recordId");
  const json::value* photo = body.if_contains("photoUrl");
  const std::string_view record_problem = id_problem(record);
  const std::string_view photo_problem = photo_url_problem(photo);
  if (!record_problem.empty()) problems.add("recordId", std::string(record_problem));
  if (!photo_problem.empty()) problems.add("photoUrl", std::string(photo_problem));
  engine::Order order = read_shared(kind, body, problems);
  if (!problems.none()) {
    const bool missing = record_problem == kRequired || photo_problem == kRequired;
    return std::move(problems).error(missing ? "recordId and photoUrl are required" : "");
  }
  order.record_id = own(*record);
  order.photo_url = std::string(photo->get_string());
  return order;
}

// An order has no copy of its own: a photo must not be copied by accident. Here there is none yet.
engine::Order copy_of(const engine::Order& order) {
  return {.queue = order.queue,
          .record_id = {},
          .project_id = order.project_id,
          .photo_url = {},
          .upload = {},
          .vendor = order.vendor,
          .work = order.work,
          .priority = order.priority,
          .delay = order.delay,
          .webhook_url = order.webhook_url};
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

Result<std::vector<engine::Order>> read_bulk(const OrderKind& kind, const json::object& body) {
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
  const engine::Order shared = read_shared(kind, body, problems);

  std::vector<engine::Order> orders;
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
    engine::Order& order = orders.emplace_back(copy_of(shared));
    order.record_id = own(record);
    order.photo_url = std::string(photo.get_string());
  }
  if (!problems.none()) return std::move(problems).error();
  return orders;
}

}  // namespace

Result<engine::Order> order_from_json(const OrderKind& kind, std::string_view body) {
  return with_object(body, [&kind](const json::object& object) { return read_order(kind, object); });
}

Result<std::vector<engine::Order>> bulk_orders_from_json(const OrderKind& kind, std::string_view body) {
  return with_object(body, [&kind](const json::object& object) { return read_bulk(kind, object); });
}

}  // namespace cutroom::http
