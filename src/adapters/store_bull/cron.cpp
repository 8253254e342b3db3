#include "adapters/store_bull/cron.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <charconv>
#include <utility>
#include <vector>

namespace cutroom::store_bull {
namespace {

constexpr int kDaysMax = 10'000;  // As far as cron-parser looks.

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNamed{{{"@yearly", "0 0 1 1 *"},
                                                                               {"@annually", "0 0 1 1 *"},
                                                                               {"@monthly", "0 0 1 * *"},
                                                                               {"@weekly", "0 0 * * 0"},
                                                                               {"@daily", "0 0 * * *"},
                                                                               {"@midnight", "0 0 * * *"},
                                                                               {"@hourly", "0 * * * *"}}};
constexpr std::string_view kMonths = "jan feb mar apr may jun jul aug sep oct nov dec ";
constexpr std::string_view kWeekdays = "sun mon tue wed thu fri sat ";

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find_first_of(at, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::optional<int> number_from(std::string_view text) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

// Names of three letters become numbers; `first` is that of the first name.
std::string with_numbers(std::string_view field, std::string_view names, int first) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    std::string word(field.substr(i, 3));
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto at = word.size() == 3 && std::isalpha(static_cast<unsigned char>(word[1])) != 0
                        ? names.find(word + " ")
                        : std::string_view::npos;
    if (at == std::string_view::npos) {
      out += field[i];
    } else {
      out += std::to_string(first + static_cast<int>(at / 4));
      i += 2;
    }
  }
  return out;
}

// "*", "a", "a-b", each with "/step".
bool read_range(std::string_view text, int lowest, int highest, std::vector<int>& into) {
  const auto parts = split(text, "/");
  if (parts.size() > 2) return false;
  const auto step = parts.size() == 2 ? number_from(parts[1]) : std::optional(1);
  if (!step || *step == 0) return false;
  int from = lowest, to = highest;
  if (parts[0] != "*" && parts[0] != "?") {
    const auto ends = split(parts[0], "-");
    const auto first = number_from(ends[0]);
    const auto last = ends.size() == 2    ? number_from(ends[1])
                      : parts.size() == 2 ? std::optional(highest)
                                          : first;
    if (ends.size() > 2 || !first || !last || *first < lowest || *last > highest || *first > *last)
      return false;
    from = *first;
    to = *last;
  }
  for (int number = from; number <= to; number += *step) into.push_back(number);
  return true;
}

std::optional<std::vector<int>> numbers_of(std::string_view field, int lowest, int highest) {
  std::vector<int> numbers;
  for (const auto part : split(field, ",")) {
    if (!read_range(part, lowest, highest, numbers)) return std::nullopt;
  }
  return numbers;
}

template <std::size_t size>
bool read_field(std::string_view field, int lowest, int highest, std::bitset<size>& into) {
  const auto numbers = numbers_of(field, lowest, highest);
  if (!numbers) return false;
  for (const int number : *numbers) into.set(static_cast<std::size_t>(number));
  return true;
}

// Takes the parts that `is_it` holds for out of a list.
template <class Is>
std::string without(std::string_view field, Is is_it) {
  std::string left;
  for (const auto part : split(field, ",")) {
    if (!is_it(part)) left.append(left.empty() ? "" : ",").append(part);
  }
  return left;
}

int weekday_of(const cctz::civil_day& day) {
  // Sunday is 0 here, Monday there.
  return (static_cast<int>(cctz::get_weekday(day)) + 1) % 7;
}

TimePoint ms_of(const cctz::time_point<cctz::seconds>& time) {
  return std::chrono::time_point_cast<Millis>(time);
}

}  // namespace

std::optional<Cron> Cron::parse(std::string_view expression) {
  for (const auto& [name, meaning] : kNamed) {
    if (expression == name) return parse(meaning);
  }
  auto fields = split(expression, " \t");
  std::erase_if(fields, [](std::string_view field) { return field.empty(); });
  if (fields.empty() || fields.size() > 6) return std::nullopt;
  std::array<std::string, 6> all{"0", "*", "*", "*", "*", "*"};
  std::copy_backward(fields.begin(), fields.end(), all.end());
  Cron cron;
  const std::string month = with_numbers(all[4], kMonths, 1);
  std::string weekday = with_numbers(all[5], kWeekdays, 0);
  if (const auto at = weekday.find('#'); at != std::string::npos) {
    const auto nth = number_from(std::string_view(weekday).substr(at + 1));
    if (!nth || *nth < 1 || *nth > 5) return std::nullopt;
    cron.nth_weekday_ = *nth;
    weekday.resize(at);
    if (!number_from(weekday)) return std::nullopt;
  }
  const std::string day =
      without(all[3], [&](std::string_view part) { return part == "L" && (cron.last_day_ = true); });
  weekday = without(weekday, [&](std::string_view part) {
    const auto number = part.ends_with('L') ? number_from(part.substr(0, part.size() - 1)) : std::nullopt;
    if (number && *number <= 7) cron.last_weekdays_.set(static_cast<std::size_t>(*number % 7));
    return number.has_value();
  });
  std::bitset<8> weekdays;  // 7 is Sunday, too.
  if (!read_field(all[0], 0, 59, cron.seconds_) || !read_field(all[1], 0, 59, cron.minutes_) ||
      !read_field(all[2], 0, 23, cron.hours_) || !read_field(month, 1, 12, cron.months_) ||
      !(day.empty() && cron.last_day_ ? true : read_field(day, 1, 31, cron.days_)) ||
      !(weekday.empty() && cron.last_weekdays_.any() ? true : read_field(weekday, 0, 7, weekdays)))
    return std::nullopt;
  for (std::size_t i = 0; i < weekdays.size(); ++i) {
    if (weekdays[i]) cron.weekdays_.set(i % 7);
  }
  return cron;
}

// Where both kinds of days are restricted either will do, as in cron itself.
bool Cron::is_day(int year, int month, int day) const {
  const cctz::civil_day date(year, month, day);
  if (!months_[static_cast<std::size_t>(month)]) return false;
  const cctz::civil_day next_month(cctz::civil_month(date) + 1);
  const auto weekday = static_cast<std::size_t>(weekday_of(date));
  const bool by_day = days_[static_cast<std::size_t>(day)] || (last_day_ && date + 1 == next_month);
  const bool by_weekday = weekdays_[weekday] || (last_weekdays_[weekday] && date + 7 >= next_month);
  const bool any_day = days_.count() == 31, any_weekday = weekdays_.all();
  if (nth_weekday_ > 0 && (day - 1) / 7 + 1 != nth_weekday_) return false;
  if (any_day && any_weekday) return true;
  if (any_day) return by_weekday;
  if (any_weekday) return by_day;
  return by_day || by_weekday;
}

namespace {

template <std::size_t size>
int first_from(const std::bitset<size>& set, int from) {
  for (auto i = static_cast<std::size_t>(from); i < size; ++i) {
    if (set[i]) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

struct Cron::Search {
  const Cron& cron;

  // The first second of that day at or after the given one.
  std::optional<cctz::civil_second> in_day(const cctz::civil_day& day, int hour, int minute,
                                           int second) const {
    for (int h = first_from(cron.hours_, hour); h >= 0; h = first_from(cron.hours_, h + 1)) {
      for (int m = first_from(cron.minutes_, h == hour ? minute : 0); m >= 0;
           m = first_from(cron.minutes_, m + 1)) {
        const int s = first_from(cron.seconds_, h == hour && m == minute ? second : 0);
        if (s >= 0) return cctz::civil_second(day.year(), day.month(), day.day(), h, m, s);
      }
    }
    return std::nullopt;
  }

  std::optional<cctz::civil_second> from(cctz::civil_second at) const {
    for (int days = 0; days < kDaysMax; ++days) {
      const cctz::civil_day day(at);
      if (cron.is_day(static_cast<int>(day.year()), day.month(), day.day())) {
        if (const auto found = in_day(day, at.hour(), at.minute(), at.second())) return found;
      }
      at = cctz::civil_second(day + 1);
    }
    return std::nullopt;
  }
};

std::optional<TimePoint> Cron::next(TimePoint after, const std::string& zone_name) const {
  cctz::time_zone zone = cctz::local_time_zone();
  if (!zone_name.empty() && !cctz::load_time_zone(zone_name, &zone)) return std::nullopt;
  const auto base = std::chrono::floor<cctz::seconds>(after);
  const Search search{*this};
  const bool every_hour = hours_.all();
  // Where clocks go back all of an hour's times come again.
  cctz::time_zone::civil_transition change;
  const bool changes = every_hour && zone.next_transition(base, &change) && change.to < change.from;
  for (auto at = search.from(cctz::convert(base, zone) + 1); at; at = search.from(*at + 1)) {
    const auto found = zone.lookup(*at);
    const auto again = found.kind == cctz::time_zone::civil_lookup::REPEATED ? found.post : found.pre;
    const auto time = found.pre > base ? found.pre : again;
    if (time <= base || (time != found.pre && !every_hour)) continue;
    if (changes && base < zone.lookup(change.to).trans) {
      const auto repeated = search.from(change.to);
      if (repeated && zone.lookup(*repeated).post < time) return ms_of(zone.lookup(*repeated).post);
    }
    return ms_of(time);
  }
  return std::nullopt;
}

}  // namespace cutroom::store_bull
