#include "app/settings.hpp"

#include <iterator>

#include "app/settings/sections.hpp"
#include "app/settings/sources.hpp"

namespace cutroom::app {
namespace {

std::vector<SettingRow> all_rows() {
  std::vector<SettingRow> rows;
  for (auto* const section : {server_rows, model_rows, fetch_rows, limit_rows, redis_rows, job_rows}) {
    std::vector<SettingRow> more = section();
    std::move(more.begin(), more.end(), std::back_inserter(rows));
  }
  return rows;
}

}  // namespace

Error wrong_value(const SettingRow& row, const std::string& origin, const std::string& value) {
  return {.code = Errc::invalid_input,
          .message = origin + ": " + (row.may_hold_secret ? "the value" : "'" + value + "'") +
                     " is not allowed for " + std::string(row.key) +
                     "; allowed: " + std::string(row.allowed)};
}

Result<void> apply_value(SettingsInForce& into, const SettingRow& row, const std::string& origin,
                         const std::string& value) {
  if (!row.set(into.settings, value)) return wrong_value(row, origin, value);
  into.origins[std::string(row.key)] = origin;
  return {};
}

std::span<const SettingRow> setting_table() {
  static const std::vector<SettingRow> rows = all_rows();
  return rows;
}

std::string flag_of(const SettingRow& row) {
  std::string flag = "--" + std::string(row.flag.empty() ? row.key : row.flag);
  for (char& c : flag)
    if (c == '.' || c == '_') c = '-';
  return flag;
}

Result<SettingsInForce> read_settings(const Sources& sources) {
  SettingsInForce out;
  for (const SettingRow& row : setting_table()) out.origins[std::string(row.key)] = "default";
  if (sources.file)
    if (auto applied = apply_file(out, *sources.file); !applied) return applied.error();
  for (const SettingRow& row : setting_table()) {
    // The old name is the weaker one: who sets the new name means it.
    for (const std::string_view name : {row.old_environment, row.environment}) {
      if (name.empty()) continue;
      if (const auto value = sources.environment(std::string(name)))
        if (auto applied = apply_value(out, row, std::string(name), *value); !applied) return applied.error();
    }
  }
  for (const SettingRow& row : setting_table()) {
    const auto flag = sources.flags.find(std::string(row.key));
    if (flag == sources.flags.end()) continue;
    if (auto applied = apply_value(out, row, flag_of(row), flag->second); !applied) return applied.error();
  }
  if (auto read = read_admin_key(out.settings, sources); !read) return read.error();
  if (auto read = read_redis_password(out.settings, sources); !read) return read.error();
  return out;
}

}  // namespace cutroom::app
