#include "adapters/store_bull/repeat.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include "adapters/store_bull/cron.hpp"

namespace cutroom::store_bull {

using boost::json::object;

namespace {

std::string md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) return {};
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

std::optional<std::int64_t> whole(const object& words, std::string_view name) {
  const auto* value = words.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(value->to_number<double>()));
}

std::string text_of(const object& words, std::string_view name) {
  const auto* value = words.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->get_string());
  return value->is_number() ? boost::json::serialize(*value) : std::string();
}

// A date as JSON.stringify() leaves it (2026-01-02T03:04:05.678Z), or ms.
std::optional<std::int64_t> date_of(const object& words, std::string_view name) {
  if (const auto ms = whole(words, name)) return ms;
  const std::string text = text_of(words, name);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &year, &month, &day, &hour,
                               &minute, &second, &ms);
  if (read < 3) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const auto since = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                     std::chrono::seconds(second) + Millis(ms);
  return since.time_since_epoch().count();
}

std::optional<std::int64_t> next_due(const object& repeat, std::int64_t base) {
  if (const auto every = whole(repeat, "every")) {
    if (*every <= 0) return std::nullopt;
    return base / *every * *every + *every;
  }
  const auto cron = Cron::parse(text_of(repeat, "cron"));
  if (!cron) return std::nullopt;
  const auto start = date_of(repeat, "startDate").value_or(base);
  const auto* utc = repeat.if_contains("utc");
  const bool in_utc = utc != nullptr && utc->is_bool() && utc->get_bool();
  const auto due = cron->next(from_unix_ms(std::max(start, base)), in_utc ? "UTC" : text_of(repeat, "tz"));
  if (!due) return std::nullopt;
  const auto end = date_of(repeat, "endDate");
  if (end && to_unix_ms(*due) > *end) return std::nullopt;
  return to_unix_ms(*due);
}

// name:[job id]:[end, ms]:[zone]:expression, or the number of `every` in place of the last two.
std::string key_of(std::string_view name, const object& repeat) {
  const std::string cron = text_of(repeat, "cron");
  const auto end = date_of(repeat, "endDate");
  std::string key =
      std::string(name) + ":" + text_of(repeat, "jobId") + ":" + (end ? std::to_string(*end) : "") + ":";
  return key + (cron.empty() ? text_of(repeat, "every") : text_of(repeat, "tz") + ":" + cron);
}

}  // namespace

bool is_of_series(std::string_view opts_json) {
  return opts_json.find(R"("repeat":{)") != std::string_view::npos;
}

std::optional<NextOfSeries> next_of_series(std::string_view name, std::string_view opts_json,
                                           TimePoint now_time) {
  boost::system::error_code failed;
  auto value = boost::json::parse(opts_json, failed);
  if (failed || !value.is_object()) return std::nullopt;
  object& opts = value.get_object();
  auto* repeat_value = opts.if_contains("repeat");
  if (repeat_value == nullptr || !repeat_value->is_object()) return std::nullopt;
  object& repeat = repeat_value->get_object();

  const std::int64_t now = to_unix_ms(now_time);
  const std::int64_t count = whole(repeat, "count").value_or(0) + 1;
  const auto limit = whole(repeat, "limit");
  const auto end = date_of(repeat, "endDate");
  if ((limit && count > *limit) || (end && now > *end)) return std::nullopt;
  const auto due = next_due(repeat, std::max(now, whole(opts, "prevMillis").value_or(0)));
  if (!due) return std::nullopt;

  NextOfSeries next{.key = key_of(name, repeat), .due = from_unix_ms(*due)};
  const std::string id = text_of(repeat, "jobId") + ":";
  next.id = "repeat:" + md5(std::string(name) + id + md5(next.key)) + ":" + std::to_string(*due);
  repeat["count"] = count;
  repeat["key"] = next.key;
  opts["jobId"] = next.id;
  opts["delay"] = std::max<std::int64_t>(0, *due - now);
  opts["timestamp"] = now;
  opts["prevMillis"] = *due;
  next.opts_json = boost::json::serialize(value);
  return next;
}

}  // namespace cutroom::store_bull
