// What applies one source of settings after another (settings.cpp), and the sources that are more than a
// text.
#pragma once

#include <string>

#include "app/settings.hpp"

namespace cutroom::app {

Error wrong_value(const SettingRow&, const std::string& origin, const std::string& value);
Result<void> apply_value(SettingsInForce&, const SettingRow&, const std::string& origin,
                         const std::string& value);

// cutroom.toml; also the vendors, that no other source has.
Result<void> apply_file(SettingsInForce&, const std::string& file);

// Environment variables before the files that settings name; what is wrong is told without the secret itself.
Result<void> read_admin_key(Settings&, const Sources&);
Result<void> read_redis_password(Settings&, const Sources&);

}  // namespace cutroom::app
