#include "app/settings/row_kinds.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace cutroom::app {
namespace {

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (comma > from) parts.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

bool set_port(std::uint16_t& into, std::string_view text) {
  const auto value = number_from(text);
  if (!value || *value < 0 || *value > std::numeric_limits<std::uint16_t>::max()) return false;
  into = static_cast<std::uint16_t>(*value);
  return true;
}

SettingRow text_row(SettingRow row, std::string Settings::* member) {
  row.set = [member](Settings& s, const std::string& text) {
    s.*member = text;
    return true;
  };
  row.get = [member](const Settings& s) { return s.*member; };
  return row;
}

SettingRow choice_row(SettingRow row, std::string Settings::* member, std::vector<std::string> choices) {
  row.set = [member, choices = std::move(choices)](Settings& s, const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) return false;
    s.*member = text;
    return true;
  };
  row.get = [member](const Settings& s) { return s.*member; };
  return row;
}

SettingRow list_row(SettingRow row, std::vector<std::string> Settings::* member) {
  row.set = [member](Settings& s, const std::string& text) {
    s.*member = comma_separated(text);
    return true;
  };
  row.get = [member](const Settings& s) { return joined(s.*member); };
  return row;
}

SettingRow truth_row(SettingRow row, bool Settings::* member) {
  row.allowed = "true or false";
  row.set = [member](Settings& s, const std::string& text) {
    if (text != "true" && text != "false") return false;
    s.*member = text == "true";
    return true;
  };
  row.get = [member](const Settings& s) { return std::string(s.*member ? "true" : "false"); };
  return row;
}

SettingRow number_row(SettingRow row, std::int64_t Settings::* member, Range range) {
  row.set = [member, range](Settings& s, const std::string& text) {
    const auto value = number_from(text);
    if (!value || *value < range.least || *value > range.most) return false;
    s.*member = *value;
    return true;
  };
  row.get = [member](const Settings& s) { return std::to_string(s.*member); };
  return row;
}

}  // namespace cutroom::app
