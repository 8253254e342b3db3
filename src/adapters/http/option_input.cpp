#include "adapters/http/option_input.hpp"

#include <string>

#include "engine/cut_out_input.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;

constexpr int kPriorityMax = 1000;

// 24 days: what is due later belongs into somebody's calendar.
constexpr int kDelayMsMax = 2'073'600'000;

// As long as browsers and proxies take them.
constexpr std::size_t kUrlBytesMax = 2'048;

bool is_http_url(std::string_view text) {
  return (text.starts_with("http://") || text.starts_with("https://")) && text.size() <= kUrlBytesMax;
}

std::optional<int> whole_number(const json::value& value, int min, int max) {
  boost::system::error_code failed;
  const auto number = value.is_bool() ? std::optional<std::int64_t>() : value.to_number<std::int64_t>(failed);
  if (!number || failed || *number < min || *number > max) return std::nullopt;
  return static_cast<int>(*number);
}

void read_int(const json::value& value, std::string_view name, std::pair<int, int> range, int& into,
              FieldProblems& problems) {
  if (const auto number = whole_number(value, range.first, range.second))
    into = *number;
  else
    problems.add(
        "options." + std::string(name),
        "must be a whole number from " + std::to_string(range.first) + " to " + std::to_string(range.second));
}

std::string_view text_of(const json::value& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

}  // namespace

SharedOptions take_shared_options(json::object& options, FieldProblems& problems) {
  SharedOptions out;
  if (const auto at = options.find("priority"); at != options.end()) {
    read_int(at->value(), "priority", {-kPriorityMax, kPriorityMax}, out.priority, problems);
    options.erase(at);
  }
  if (const auto at = options.find("delayMs"); at != options.end()) {
    if (const auto number = whole_number(at->value(), 0, kDelayMsMax))
      out.delay = Millis{*number};
    else
      problems.add("options.delayMs", "must be a whole number from 0 to " + std::to_string(kDelayMsMax));
    options.erase(at);
  }
  if (const auto at = options.find("webhookUrl"); at != options.end()) {
    const std::string_view url = text_of(at->value());
    if (is_http_url(url))
      out.webhook_url = std::string(url);
    else
      problems.add("options.webhookUrl", "must begin with http:// or https:// and have at most 2048 bytes");
    options.erase(at);
  }
  if (const auto at = options.find("durable"); at != options.end()) {
    if (at->value().is_bool())
      out.durable = at->value().get_bool();
    else
      problems.add("options.durable", "must be true or false");
    options.erase(at);
  }
  return out;
}

imaging::CutOutOptions read_cut_out_options(const json::object& options, FieldProblems& problems) {
  engine::Problems found;
  imaging::CutOutOptions out = engine::read_cut_out_options(options, found);
  for (engine::Problems::value_type& problem : found)
    problems.add(std::move(problem.field), std::move(problem.problem));
  return out;
}

}  // namespace cutroom::http
