#include <boost/json.hpp>

#include "adapters/http/json_body.hpp"
#include "adapters/http/order_fields.hpp"
#include "adapters/http/order_input.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

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
          .webhook_url = order.webhook_url,
          .durable = order.durable};
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
