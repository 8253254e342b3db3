// Calendar days and months, all UTC: what usage and quotas are counted by.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace cutroom::vendors {

using Day = std::chrono::sys_days;

inline Day day_of(TimePoint time) { return std::chrono::floor<std::chrono::days>(time); }
Day first_of_month(Day);
Day first_of_next_month(Day);

// "2026-11-24". nullopt: not a day of the calendar in years 1970 to 9999.
std::string to_string(Day);
std::optional<Day> day_from(std::string_view text);

}  // namespace cutroom::vendors
