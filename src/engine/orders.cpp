#include "engine/orders.hpp"

#include <boost/json.hpp>

#include "engine/finite_json.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

std::string key_of(const json::value& id) {
  if (id.is_string()) return std::string(id.get_string());
  return id.is_null() ? std::string() : json::serialize(id);
}

// Takes the text out of the object; empty where there is none.
std::string take_text(json::object& object, std::string_view key) {
  const auto at = object.find(key);
  if (at == object.end()) return {};
  std::string text = at->value().is_string() ? std::string(at->value().get_string()) : std::string();
  object.erase(at);
  return text;
}

json::value take_value(json::object& object, std::string_view key) {
  const auto at = object.find(key);
  if (at == object.end()) return nullptr;
  json::value value = std::move(at->value());
  object.erase(at);
  return value;
}

}  // namespace

std::string Payload::record_key() const { return key_of(record_id); }
std::string Payload::project_key() const { return key_of(project_id); }

bool is_id(const json::value& value) { return value.is_string() || value.is_int64() || value.is_uint64(); }

std::string to_json(const Payload& payload) {
  json::object out;
  out["recordId"] = payload.record_id;
  out["projectId"] = payload.project_id;
  out["photoUrl"] = payload.photo_url;
  out["vendorId"] = payload.vendor;
  if (!payload.photo_key.empty()) out["photoKey"] = payload.photo_key;
  if (!payload.webhook_url.empty()) out["webhookUrl"] = payload.webhook_url;
  for (const auto& [key, value] : payload.work) out[key] = value;
  return json::serialize(out);
}

Result<Payload> payload_from_json(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object())
    return Error{.code = Errc::invalid_input, .message = "The job's data is not a JSON object"};
  if (!is_finite(value))
    return Error{.code = Errc::invalid_input, .message = "The job's data holds a number that is too large"};
  json::object& object = value.get_object();
  Payload payload;
  payload.record_id = take_value(object, "recordId");
  payload.project_id = take_value(object, "projectId");
  payload.photo_url = take_text(object, "photoUrl");
  payload.vendor = take_text(object, "vendorId");
  payload.photo_key = take_text(object, "photoKey");
  payload.webhook_url = take_text(object, "webhookUrl");
  payload.work = std::move(object);
  if (payload.record_key().empty() || (payload.photo_url.empty() && payload.photo_key.empty()))
    return Error{.code = Errc::invalid_input, .message = "The job's data lacks recordId or photoUrl"};
  for (const json::value* id : {&payload.record_id, &payload.project_id})
    if (!id->is_null() && !is_id(*id))
      return Error{.code = Errc::invalid_input,
                   .message = "recordId and projectId in the job's data must be strings or whole numbers"};
  return payload;
}

}  // namespace cutroom::engine
