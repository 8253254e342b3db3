// The kinds of row. Each gives a row the `set` and `get` of a member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"

namespace cutroom::app {

SettingRow text_row(SettingRow, std::string Settings::* member);
SettingRow choice_row(SettingRow, std::string Settings::* member, std::vector<std::string> choices);
SettingRow list_row(SettingRow, std::vector<std::string> Settings::* member);
SettingRow truth_row(SettingRow, bool Settings::* member);

struct Range {
  std::int64_t least;
  std::int64_t most;
};
inline constexpr std::int64_t kDayMs = 86'400'000;  // As far as spans of time may go.
SettingRow number_row(SettingRow, std::int64_t Settings::* member, Range);

// For rows of no such kind.
bool set_port(std::uint16_t& into, std::string_view text);  // False: it is none.
std::vector<std::string> comma_separated(const std::string& text);
std::string joined(const std::vector<std::string>& parts);

}  // namespace cutroom::app
