#include <algorithm>
#include <iostream>

#include <spdlog/fmt/fmt.h>

#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"

namespace cutroom::app {

int run_config(const SettingsInForce& in_force) {
  for (const SettingRow& row : setting_table()) {
    const std::string key(row.key);
    std::cout << fmt::format("{:<34} {:<28} ({})\n", key, row.get(in_force.settings),
                             in_force.origins.at(key));
  }
  std::cout << fmt::format("{:<34} {:<28} ({})\n", "admin_key",
                           in_force.settings.admin_key.empty() ? "" : "(set)",
                           "CUTROOM_ADMIN_KEY or admin_key_file");
  std::cout << fmt::format("{:<34} {:<28} ({})\n", "redis.password",
                           in_force.settings.redis_password.empty() ? "" : "(set)",
                           "CUTROOM_REDIS_PASSWORD, REDIS_PASSWORD or redis.password_file");
  for (const auto& [name, share] : in_force.settings.vendors)
    std::cout << fmt::format("vendors.{:<26} weight {} cap {}{}{}\n", name, share.weight, share.cap,
                             share.cap_is_hard ? " (hard)" : "", share.paused ? " paused" : "");
  return kExitOk;
}

}  // namespace cutroom::app
