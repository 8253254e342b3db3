#include "adapters/http/query.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/params_view.hpp>
#include <boost/url/parse_query.hpp>

#include "adapters/http/field_problems.hpp"
#include "base/utf8.hpp"

namespace cutroom::http {
namespace {

// The whole text as a number.
std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Longer than any id a store gives out.
constexpr std::size_t kIdMax = 20;

}  // namespace

bool can_be_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<TimePoint> time_from_iso8601(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int read = 0;
  const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &read);
  if (fields != 3) return std::nullopt;
  if (static_cast<std::size_t>(read) < text.size()) {
    int more = 0;
    if (std::sscanf(text.c_str() + read, "T%2d:%2d:%2d%n", &hour, &minute, &second, &more) != 3)
      return std::nullopt;
    const std::string rest = text.substr(static_cast<std::size_t>(read) + static_cast<std::size_t>(more));
    if (!rest.empty() && rest != "Z") return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return std::nullopt;
  return std::chrono::time_point_cast<Millis>(std::chrono::sys_days{date} + std::chrono::hours{hour} +
                                              std::chrono::minutes{minute} + std::chrono::seconds{second});
}

Query::Query(std::string_view text, std::initializer_list<std::string_view> known) {
  if (text.empty()) return;
  const auto parsed = boost::urls::parse_query(boost::urls::string_view(text.data(), text.size()));
  if (!parsed) {
    problems_.add("query", "is not well encoded");
    return;
  }
  for (const auto& param : boost::urls::params_view(*parsed)) {
    const bool is_known = std::find(known.begin(), known.end(), std::string_view(param.key)) != known.end();
    constexpr std::size_t kNameMax = 64;
    if (!is_known) {
      std::string names;
      for (const std::string_view name : known) names.append(names.empty() ? "" : ", ").append(name);
      problems_.add(std::string(param.key.substr(0, kNameMax)), "is not known; there are " + names);
    } else if (!is_utf8(param.value)) {
      problems_.add(std::string(param.key), std::string(kNotUtf8));
    } else if (!values_.emplace(param.key, param.value).second) {
      problems_.add(std::string(param.key), "is there twice");
    }
  }
}

std::optional<std::string> Query::text(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() || at->second.empty() ? std::nullopt : std::optional(at->second);
}

std::optional<std::int64_t> Query::whole_number(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = number_from(*value);
  if (number && *number >= min && *number <= max) return number;
  add_problem(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<Millis> Query::duration(std::string_view name, Millis max) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::string_view digits = *value;
  std::int64_t unit_ms = 1000;
  if (digits.ends_with("ms")) {
    digits.remove_suffix(2);
    unit_ms = 1;
  } else if (digits.ends_with('s')) {
    digits.remove_suffix(1);
  }
  const auto number = number_from(digits);
  if (number && *number >= 0 && *number <= max.count() / unit_ms) return Millis{*number * unit_ms};
  add_problem(name,
              "must be a time such as 30s or 1500ms, up to " + std::to_string(max.count() / 1000) + "s");
  return std::nullopt;
}

std::optional<TimePoint> Query::time(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  if (const auto ms = number_from(*value); ms && *ms >= 0) return from_unix_ms(*ms);
  if (const auto time = time_from_iso8601(*value)) return time;
  add_problem(name, "must be milliseconds since 1970 or a time such as 2026-11-24T09:30:00Z");
  return std::nullopt;
}

std::optional<std::string> Query::id(std::string_view name) {
  auto value = text(name);
  if (value && !can_be_id(*value)) add_problem(name, "must be an id that this server gave out");
  return value;
}

std::optional<Error> Query::error() {
  if (problems_.none()) return std::nullopt;
  return std::move(problems_).error();
}

}  // namespace cutroom::http
