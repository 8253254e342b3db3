#include <algorithm>
#include <fstream>

#include "app/settings/sources.hpp"

namespace cutroom::app {
namespace {

// 128 bits in hex have 32 characters; a person's own phrase may be shorter, but not a word.
constexpr std::size_t kAdminKeyBytesMin = 16;
constexpr std::size_t kAdminKeyBytesMax = 512;

// What is wrong is told without the key itself.
Result<void> set_admin_key(Settings& settings, std::string key, const std::string& origin) {
  const bool printable = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable || key.size() < kAdminKeyBytesMin || key.size() > kAdminKeyBytesMax)
    return Error{.code = Errc::invalid_input,
                 .message = origin + ": the admin key must be 16 to 512 printable characters without spaces"};
  if (key.starts_with("ck_"))
    return Error{.code = Errc::invalid_input,
                 .message = origin + ": the admin key must not look like a vendor's"};
  settings.admin_key = std::move(key);
  return {};
}

// The first line of the file that the setting `key` names.
Result<std::string> first_line(const std::string& path, const char* key) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line))
    return Error{.code = Errc::invalid_input,
                 .message = std::string(key) + ": '" + path + "' can't be read, or is empty"};
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

Result<void> read_admin_key(Settings& settings, const Sources& sources) {
  constexpr const char* kVariable = "CUTROOM_ADMIN_KEY";
  if (auto key = sources.environment(kVariable)) return set_admin_key(settings, std::move(*key), kVariable);
  if (settings.admin_key_file.empty()) return {};
  auto key = first_line(settings.admin_key_file, "admin_key_file");
  if (!key) return key.error();
  return set_admin_key(settings, std::move(*key), settings.admin_key_file);
}

Result<void> read_redis_password(Settings& settings, const Sources& sources) {
  for (const char* variable : {"CUTROOM_REDIS_PASSWORD", "REDIS_PASSWORD"})
    if (auto password = sources.environment(variable)) {
      settings.redis_password = std::move(*password);
      return {};
    }
  if (settings.redis_password_file.empty()) return {};
  auto password = first_line(settings.redis_password_file, "redis.password_file");
  if (!password) return password.error();
  settings.redis_password = std::move(*password);
  return {};
}

}  // namespace cutroom::app
