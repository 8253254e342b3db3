// Every setting of the program, as one table (settings/): key in cutroom.toml, environment variables, what
// is allowed, default. File < environment < flags; a wrong value names the key, the value and what is
// allowed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "jobs/fair_order.hpp"
#include "vendors/limits.hpp"

namespace cutroom::app {

struct Settings {
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 3001;
  bool open_to_all = false;  // Listening beyond this machine without keys is meant.
  std::string data_dir = "./data";
  std::string public_url;  // Empty: http://listen_address:listen_port
  std::string model = "isnet-imgly-medium";
  std::vector<std::string> models_dirs;  // Empty: beside the program.
  std::string faces_model = "auto";
  std::string faces_presets_dir;     // Empty: the program's presets only.
  std::string faces_landmarks_file;  // Empty: none.
  std::vector<std::string> fetch_allow;
  std::vector<std::uint16_t> fetch_ports;
  std::vector<std::string> fetch_hosts;
  std::int64_t photo_bytes_max = 50LL << 20;
  std::int64_t photo_pixels_max = 50'000'000;
  std::int64_t waiting_max = 1'000'000;
  std::int64_t bulk_max = 10'000;
  vendors::Limits rate_limits;
  std::vector<std::string> trusted_proxies;
  std::string admin_key_file;
  std::string admin_key;  // From CUTROOM_ADMIN_KEY or the file. A secret: no row of the table, never printed.
  std::string redis_url;  // May hold a password: printed without it.
  std::string redis_host;  // Both empty: no Redis.
  std::uint16_t redis_port = 6379;
  std::string redis_prefix = "bull";  // Of the keys, as Bull's option of the name.
  bool redis_durable = false;         // Every submission is answered once a disk or a second server has it.
  std::int64_t redis_window = 1'000;
  // As the limiter that Bull's workers of a queue have.
  struct QueueLimiter {
    std::string queue;
    std::int64_t max = 0;
    std::int64_t duration_ms = 0;
    bool operator==(const QueueLimiter&) const = default;
  };
  std::vector<QueueLimiter> redis_limiters;
  std::int64_t redis_metrics_points = 0;
  std::string redis_user;
  std::int64_t redis_database = 0;
  bool redis_tls = false;
  std::string redis_tls_ca_file;  // Empty: the system's.
  std::string redis_password_file;
  std::string redis_password;  // From REDIS_PASSWORD or the file; as secret as the admin key.
  bool workers = true;
  std::int64_t background_removal_slots = 3;
  std::int64_t webhook_slots = 8;
  std::int64_t image_processing_slots = 5;
  std::int64_t face_crop_slots = 3;
  std::int64_t attempts = 3;
  std::int64_t backoff_ms = 2'000;
  std::int64_t job_timeout_ms = 60'000;
  std::int64_t lease_ms = 30'000;
  std::int64_t retention_completed_days = 7;
  std::int64_t retention_completed_max = 1'000'000;
  std::int64_t retention_failed_days = 30;
  std::int64_t retention_failed_max = 100'000;
  std::int64_t retention_assets_days = 0;
  std::int64_t stop_grace_ms = 10'000;
  std::int64_t model_threads = 0;
  std::int64_t compute_threads = 0;
  std::string log_level = "info";
  std::string cors_origin = "*";
  std::map<std::string, jobs::VendorShare> vendors;  // From the file only: [vendors.NAME]
};

struct SettingRow {
  std::string_view key;  // Dotted, as in the file; the flag is --key with "." and "_" as "-", or `flag`.
  std::string_view flag;
  std::string_view environment;      // CUTROOM_*
  std::string_view old_environment;  // What the replaced stack called it; may be empty.
  std::string_view allowed;          // For people.
  std::string_view meaning;
  std::function<bool(Settings&, const std::string&)> set;  // False: not allowed.
  std::function<std::string(const Settings&)> get;         // Without what is secret in it.
  bool may_hold_secret = false;                            // Then a wrong value is not repeated.
};

std::span<const SettingRow> setting_table();
// "--jobs-attempts"
std::string flag_of(const SettingRow&);

struct Sources {
  std::optional<std::string> file;  // Path of the TOML file; must exist where it is given.
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::map<std::string, std::string> flags;  // By key.
};

struct SettingsInForce {
  Settings settings;
  std::map<std::string, std::string>
      origins;  // By key: "default", "cutroom.toml", "CUTROOM_LISTEN", "--listen".
};

// invalid_input with a message for people.
Result<SettingsInForce> read_settings(const Sources&);

}  // namespace cutroom::app
