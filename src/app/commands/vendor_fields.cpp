#include "app/commands/vendor_fields.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace cutroom::app {

namespace json = boost::json;

namespace {

// Text that is a number or true or false becomes one; the server says what is wrong with the rest.
json::value typed(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return failed || value.is_structured() ? json::value(text) : value;
}

}  // namespace

std::string cell(const json::value& from, std::string_view field) {
  const json::value* value = from.as_object().if_contains(field);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_bool()) return value->get_bool() ? "yes" : "no";
  if (value->is_double()) {
    std::array<char, 32> text{};
    const int n = std::snprintf(text.data(), text.size(), "%.6g", value->get_double());
    return {text.data(), static_cast<std::size_t>(n)};
  }
  return json::serialize(*value);
}

std::string day_of(const std::string& time) { return time.substr(0, 10); }

std::string limits_of(const json::value& vendor) {
  std::string text;
  for (const auto& member : vendor.at("limits").as_object())
    text +=
        (text.empty() ? "" : " ") + std::string(member.key()) + "=" + std::string(member.value().as_string());
  return text;
}

json::object body_of(const VendorArguments& arguments) {
  json::object body;
  const auto put = [&](const char* field, const std::string& text) {
    if (!text.empty()) body[field] = typed(text);
  };
  if (!arguments.name.empty()) body["name"] = arguments.name;
  put("weight", arguments.weight);
  put("cap", arguments.cap);
  put("capIsHard", arguments.cap_is_hard);
  put("paused", arguments.paused);
  put("monthlyQuota", arguments.quota);
  for (const std::string& limit : arguments.limits) {
    const std::size_t equals = std::min(limit.find('='), limit.size());
    if (!body.contains("limits")) body["limits"] = json::object();
    const std::string value = limit.substr(std::min(equals + 1, limit.size()));
    body["limits"].as_object()[limit.substr(0, equals)] =
        value == "default" ? json::value(nullptr) : json::value(value);
  }
  if (!arguments.source_hosts.empty()) {
    json::array hosts;
    for (const std::string& host : arguments.source_hosts)
      if (host != "any") hosts.emplace_back(host);
    body["sourceHosts"] = std::move(hosts);
  }
  if (!arguments.default_options.empty()) {
    boost::system::error_code failed;
    json::value options = json::parse(arguments.default_options, failed);
    body["defaultOptions"] = failed ? json::value(arguments.default_options) : std::move(options);
  }
  return body;
}

}  // namespace cutroom::app
