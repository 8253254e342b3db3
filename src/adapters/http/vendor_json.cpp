#include "adapters/http/vendor_json.hpp"

#include <array>
#include <cstdio>

#include "adapters/http/json_text.hpp"

namespace cutroom::http {
namespace {

// As short as it can be without losing what people mean: 2.5, 0.001, 12345.678.
std::string decimal(double number) {
  std::array<char, 40> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.12g", number);
  return {text.data(), static_cast<std::size_t>(n)};
}

std::string limits_json(const vendors::LimitOverrides& limits) {
  JsonText json;
  for (const vendors::LimitRow& row : vendors::limit_table())
    if (limits[row.kind]) json.text(row.name, vendors::to_string(*limits[row.kind]));
  return std::move(json).str();
}

void put_time(JsonText& json, std::string_view name, const std::optional<TimePoint>& time) {
  if (time)
    json.text(name, iso8601(*time));
  else
    json.raw(name, {});
}

void put_key(JsonText& json, const vendors::ApiKey& key) {
  json.text("vendorId", key.vendor);
  json.text("label", key.label);
  json.text("createdOn", iso8601(key.created_at));
  put_time(json, "revokedOn", key.revoked_at);
  if (key.last_used)
    json.text("lastUsed", vendors::to_string(*key.last_used));
  else
    json.raw("lastUsed", {});
}

void put_usage(JsonText& json, const vendors::Usage& usage) {
  json.number("queued", usage.queued);
  json.number("jobs", static_cast<std::int64_t>(usage.jobs));
  json.number("failed", static_cast<std::int64_t>(usage.failed));
  json.number("images", static_cast<std::int64_t>(usage.images));
  json.raw("megapixels", decimal(usage.megapixels));
  json.raw("computeSeconds", decimal(static_cast<double>(usage.compute_ms) / 1'000.0));
}

}  // namespace

std::string to_json(const vendors::Vendor& vendor) {
  JsonText json;
  json.text("id", vendor.id);
  json.text("name", vendor.name);
  json.raw("weight", decimal(vendor.weight));
  json.number("cap", static_cast<std::int64_t>(vendor.cap));
  json.flag("capIsHard", vendor.cap_is_hard);
  json.flag("paused", vendor.paused);
  json.raw("limits", limits_json(vendor.limits));
  json.number("monthlyQuota", static_cast<std::int64_t>(vendor.monthly_quota));
  std::vector<std::string> hosts;
  for (const std::string& host : vendor.source_hosts) append_json_string(hosts.emplace_back(), host);
  json.raw("sourceHosts", array_of(hosts));
  json.raw("defaultOptions", vendor.default_options_json);
  return std::move(json).str();
}

std::string to_json(const vendors::ApiKey& key) {
  JsonText json;
  json.text("id", key.id);
  put_key(json, key);
  return std::move(json).str();
}

std::string to_json(const vendors::NewApiKey& made) {
  JsonText json;
  json.text("id", made.key.id);
  json.text("key", made.text);
  put_key(json, made.key);
  return std::move(json).str();
}

std::string to_json(const vendors::DayUsage& day) {
  JsonText json;
  json.text("day", vendors::to_string(day.day));
  put_usage(json, day.usage);
  return std::move(json).str();
}

std::string month_json(vendors::Day month, const vendors::Usage& usage, std::uint64_t monthly_quota) {
  constexpr std::size_t kYearAndMonth = 7;
  JsonText json;
  json.text("month", vendors::to_string(month).substr(0, kYearAndMonth));
  put_usage(json, usage);
  json.number("monthlyQuota", static_cast<std::int64_t>(monthly_quota));
  return std::move(json).str();
}

std::string array_of(const std::vector<std::string>& entries) {
  std::string text = "[";
  for (const std::string& entry : entries) {
    if (text.size() > 1) text += ',';
    text += entry;
  }
  return text + "]";
}

}  // namespace cutroom::http
