#include "app/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <limits>

#include <toml++/toml.h>

#include "app/secret_text.hpp"

namespace cutroom::app {
namespace {

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (comma > from) parts.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

constexpr std::array<std::string_view, 4> kRedisSchemes{"redis", "rediss", "redis+sentinel", "redis+cluster"};

// The kinds of row. Each gives the `set` and `get` of a member.
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
    s.*member = split(text);
    return true;
  };
  row.get = [member](const Settings& s) { return join(s.*member); };
  return row;
}

struct Range {
  std::int64_t least;
  std::int64_t most;
};

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

bool set_port(std::uint16_t& into, std::string_view text) {
  const auto value = number_from(text);
  if (!value || *value < 0 || *value > std::numeric_limits<std::uint16_t>::max()) return false;
  into = static_cast<std::uint16_t>(*value);
  return true;
}

// ADDR:PORT, [V6]:PORT or :PORT (then the address stays).
bool set_listen(Settings& s, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || !set_port(s.listen_port, std::string_view(text).substr(colon + 1)))
    return false;
  std::string address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  if (address == "localhost") address = "127.0.0.1";
  if (!address.empty()) s.listen_address = address;
  return true;
}

std::string listen_text(const Settings& s) {
  const bool v6 = s.listen_address.find(':') != std::string::npos;
  return (v6 ? "[" + s.listen_address + "]" : s.listen_address) + ":" + std::to_string(s.listen_port);
}

SettingRow listen_row() {
  SettingRow row{.key = "listen",
                 .environment = "CUTROOM_LISTEN",
                 .allowed = "ADDR:PORT, e.g. 127.0.0.1:3001",
                 .meaning = "where the API listens"};
  row.set = set_listen;
  row.get = listen_text;
  return row;
}

SettingRow port_row() {
  SettingRow row{.key = "port",
                 .environment = "CUTROOM_PORT",
                 .old_environment = "PORT",
                 .allowed = "0..65535",
                 .meaning = "the port alone; 0: any free one"};
  row.set = [](Settings& s, const std::string& text) { return set_port(s.listen_port, text); };
  row.get = [](const Settings& s) { return std::to_string(s.listen_port); };
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

SettingRow fetch_ports_row() {
  SettingRow row{.key = "fetch.ports",
                 .environment = "CUTROOM_FETCH_PORTS",
                 .allowed = "ports, comma-separated",
                 .meaning = "ports of photo servers beside 80 and 443"};
  row.set = [](Settings& s, const std::string& text) {
    s.fetch_ports.clear();
    for (const std::string& part : split(text))
      if (!set_port(s.fetch_ports.emplace_back(), part)) return false;
    return true;
  };
  row.get = [](const Settings& s) {
    std::vector<std::string> texts;
    for (const auto port : s.fetch_ports) texts.push_back(std::to_string(port));
    return join(texts);
  };
  return row;
}

SettingRow limit_row(std::string_view key, std::string_view environment, vendors::LimitKind kind,
                     std::string_view meaning) {
  SettingRow row{
      .key = key, .environment = environment, .allowed = vendors::kLimitAllowed, .meaning = meaning};
  row.set = [kind](Settings& s, const std::string& text) {
    const auto limit = vendors::limit_from(text);
    if (limit) s.rate_limits[kind] = *limit;
    return limit.has_value();
  };
  row.get = [kind](const Settings& s) { return vendors::to_string(s.rate_limits[kind]); };
  return row;
}

bool is_redis_url(const std::string& text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string::npos || colon + 3 == text.size()) return false;
  const std::string_view scheme = std::string_view(text).substr(0, colon);
  return std::ranges::find(kRedisSchemes, scheme) != kRedisSchemes.end();
}

SettingRow redis_url_row() {
  SettingRow row{.key = "redis.url",
                 .flag = "redis",
                 .environment = "CUTROOM_REDIS_URL",
                 .old_environment = "REDIS_URL",
                 .allowed =
                     "redis://, rediss:// (TLS), redis+sentinel://H1:P,H2:P/MASTER or "
                     "redis+cluster://H1:P,H2:P",
                 .meaning = "the Redis that a fleet shares; goes before redis.host and all below it"};
  row.set = [](Settings& s, const std::string& text) {
    if (!text.empty() && !is_redis_url(text)) return false;
    s.redis_url = text;
    return true;
  };
  row.get = [](const Settings& s) { return without_password(s.redis_url); };
  row.may_hold_secret = true;
  return row;
}

SettingRow redis_port_row() {
  SettingRow row{.key = "redis.port",
                 .environment = "CUTROOM_REDIS_PORT",
                 .old_environment = "REDIS_PORT",
                 .allowed = "1..65535",
                 .meaning = "its port"};
  row.set = [](Settings& s, const std::string& text) {
    return set_port(s.redis_port, text) && s.redis_port != 0;
  };
  row.get = [](const Settings& s) { return std::to_string(s.redis_port); };
  return row;
}

SettingRow redis_tls_row() {
  SettingRow row{.key = "redis.tls",
                 .environment = "CUTROOM_REDIS_TLS",
                 .old_environment = "REDIS_TLS",
                 .allowed = "true or false",
                 .meaning = "speak TLS with it"};
  row.set = [](Settings& s, const std::string& text) {
    s.redis_tls = text == "true" || text == "1";  // The old variable was set either way.
    return s.redis_tls || text == "false" || text == "0" || text.empty();
  };
  row.get = [](const Settings& s) { return std::string(s.redis_tls ? "true" : "false"); };
  return row;
}

constexpr std::int64_t kDayMs = 86'400'000;

const std::vector<SettingRow>& table() {
  static const std::vector<SettingRow> rows{
      listen_row(),
      port_row(),
      truth_row({.key = "open_to_all",
                 .environment = "CUTROOM_OPEN_TO_ALL",
                 .meaning = "allow listening beyond this machine although no vendor needs a key"},
                &Settings::open_to_all),
      truth_row({.key = "workers",
                 .environment = "CUTROOM_WORKERS",
                 .meaning = "work on jobs in this process, not only accept them"},
                &Settings::workers),
      text_row({.key = "data_dir",
                .environment = "CUTROOM_DATA_DIR",
                .allowed = "a folder",
                .meaning = "database, records and assets"},
               &Settings::data_dir),
      text_row({.key = "public_url",
                .environment = "CUTROOM_PUBLIC_URL",
                .allowed = "http(s)://HOST[:PORT]",
                .meaning = "how clients reach this server; begins the links of results"},
               &Settings::public_url),
      text_row({.key = "model.name",
                .flag = "model",
                .environment = "CUTROOM_MODEL",
                .allowed = "a sidecar's name",
                .meaning = "the background-removal model"},
               &Settings::model),
      list_row({.key = "model.dirs",
                .flag = "models",
                .environment = "CUTROOM_MODELS",
                .allowed = "folders, comma-separated",
                .meaning = "where sidecars and ONNX files lie"},
               &Settings::models_dirs),
      number_row({.key = "model.threads",
                  .environment = "CUTROOM_MODEL_THREADS",
                  .allowed = "0..256; 0: all cores",
                  .meaning = "threads of one model run"},
                 &Settings::model_threads, {0, 256}),
      choice_row({.key = "faces.model",
                  .environment = "CUTROOM_FACES_MODEL",
                  .allowed = "auto, yunet or dlib",
                  .meaning = "what finds faces; auto: YuNet where a folder of models has it, else dlib"},
                 &Settings::faces_model, {"auto", "yunet", "dlib"}),
      text_row({.key = "faces.presets_dir",
                .environment = "CUTROOM_FACES_PRESETS_DIR",
                .allowed = "a folder",
                .meaning = "presets of your own for face crops, NAME.toml each"},
               &Settings::faces_presets_dir),
      text_row({.key = "faces.landmarks_file",
                .environment = "CUTROOM_FACES_LANDMARKS_FILE",
                .allowed = "a file",
                .meaning = "a shape predictor with 5 or 68 points for faces.model = dlib"},
               &Settings::faces_landmarks_file),
      list_row({.key = "fetch.allow",
                .environment = "CUTROOM_FETCH_ALLOW",
                .allowed = "CIDR[,CIDR]",
                .meaning = "private addresses that photos may come from"},
               &Settings::fetch_allow),
      fetch_ports_row(),
      list_row({.key = "fetch.hosts",
                .environment = "CUTROOM_FETCH_HOSTS",
                .allowed = "host names, comma-separated",
                .meaning = "where given, photos may come from these and their subdomains only"},
               &Settings::fetch_hosts),
      number_row({.key = "limits.photo_bytes_max",
                  .environment = "CUTROOM_PHOTO_BYTES_MAX",
                  .allowed = "1024..1073741824",
                  .meaning = "largest photo file"},
                 &Settings::photo_bytes_max, {1024, 1LL << 30}),
      number_row({.key = "limits.photo_pixels_max",
                  .environment = "CUTROOM_PHOTO_PIXELS_MAX",
                  .allowed = "1..500000000",
                  .meaning = "largest photo, width x height"},
                 &Settings::photo_pixels_max, {1, 500'000'000}),
      number_row({.key = "limits.waiting_max",
                  .environment = "CUTROOM_WAITING_MAX",
                  .allowed = "1..100000000",
                  .meaning = "jobs waiting in one queue, beyond which new ones get 429"},
                 &Settings::waiting_max, {1, 100'000'000}),
      number_row({.key = "limits.bulk_max",
                  .environment = "CUTROOM_BULK_MAX",
                  .allowed = "1..100000",
                  .meaning = "photos in one bulk call"},
                 &Settings::bulk_max, {1, 100'000}),
      limit_row("limits.global", "CUTROOM_LIMIT_GLOBAL", vendors::LimitKind::global,
                "submissions of one photo per address"),
      limit_row("limits.reads", "CUTROOM_LIMIT_READS", vendors::LimitKind::reads,
                "requests that read or steer, per address"),
      limit_row("limits.image_processing", "CUTROOM_LIMIT_IMAGE_PROCESSING",
                vendors::LimitKind::image_processing, "face crops and image operations per vendor"),
      limit_row("limits.background_removal", "CUTROOM_LIMIT_BACKGROUND_REMOVAL",
                vendors::LimitKind::background_removal, "background removals per vendor"),
      limit_row("limits.bulk", "CUTROOM_LIMIT_BULK", vendors::LimitKind::bulk, "bulk operations per vendor"),
      list_row({.key = "trusted_proxies",
                .environment = "CUTROOM_TRUSTED_PROXIES",
                .allowed = "addresses and CIDRs, comma-separated",
                .meaning = "proxies whose X-Forwarded-For is believed"},
               &Settings::trusted_proxies),
      text_row({.key = "admin_key_file",
                .environment = "CUTROOM_ADMIN_KEY_FILE",
                .allowed = "a file",
                .meaning = "holds the admin key, where CUTROOM_ADMIN_KEY does not"},
               &Settings::admin_key_file),
      redis_url_row(),
      text_row({.key = "redis.host",
                .environment = "CUTROOM_REDIS_HOST",
                .old_environment = "REDIS_HOST",
                .allowed = "a host name or an address",
                .meaning = "the Redis that a fleet shares; neither this nor redis.url: none"},
               &Settings::redis_host),
      redis_port_row(),
      text_row({.key = "redis.user",
                .environment = "CUTROOM_REDIS_USER",
                .old_environment = "REDIS_USER",
                .allowed = "a name",
                .meaning = "who to be there; empty: the default user"},
               &Settings::redis_user),
      text_row({.key = "redis.password_file",
                .environment = "CUTROOM_REDIS_PASSWORD_FILE",
                .allowed = "a file",
                .meaning = "holds the password, where CUTROOM_REDIS_PASSWORD or REDIS_PASSWORD does not"},
               &Settings::redis_password_file),
      number_row({.key = "redis.database",
                  .environment = "CUTROOM_REDIS_DATABASE",
                  .old_environment = "REDIS_DB",
                  .allowed = "0..16383",
                  .meaning = "the number of the database in it"},
                 &Settings::redis_database, {0, 16'383}),
      text_row({.key = "redis.prefix",
                .environment = "CUTROOM_REDIS_PREFIX",
                .allowed = "what the queues' keys begin with",
                .meaning = "as Bull's option `prefix`; in a cluster with braces, e.g. {bull}"},
               &Settings::redis_prefix),
      number_row({.key = "redis.window",
                  .environment = "CUTROOM_REDIS_WINDOW",
                  .allowed = "10..100000",
                  .meaning = "jobs of a queue that Bull's own workers and tools see waiting, in fair order"},
                 &Settings::redis_window, {10, 100'000}),
      redis_tls_row(),
      text_row({.key = "redis.tls_ca_file",
                .environment = "CUTROOM_REDIS_TLS_CA_FILE",
                .allowed = "a PEM file",
                .meaning = "whom to believe that it is the right Redis; empty: whom the system believes"},
               &Settings::redis_tls_ca_file),
      number_row({.key = "queues.background_removal.slots",
                  .environment = "CUTROOM_BACKGROUND_REMOVAL_SLOTS",
                  .allowed = "1..64",
                  .meaning = "jobs of the queue that run at the same time"},
                 &Settings::background_removal_slots, {1, 64}),
      number_row({.key = "queues.webhook.slots",
                  .environment = "CUTROOM_WEBHOOK_SLOTS",
                  .allowed = "1..64",
                  .meaning = "webhooks that are delivered at the same time"},
                 &Settings::webhook_slots, {1, 64}),
      number_row({.key = "retention.completed_days",
                  .environment = "CUTROOM_RETENTION_COMPLETED_DAYS",
                  .allowed = "1..3650",
                  .meaning = "days after which completed jobs are forgotten"},
                 &Settings::retention_completed_days, {1, 3650}),
      number_row({.key = "retention.completed_max",
                  .environment = "CUTROOM_RETENTION_COMPLETED_MAX",
                  .allowed = "0..1000000000",
                  .meaning = "completed jobs kept per queue"},
                 &Settings::retention_completed_max, {0, 1'000'000'000}),
      number_row({.key = "retention.failed_days",
                  .environment = "CUTROOM_RETENTION_FAILED_DAYS",
                  .allowed = "1..3650",
                  .meaning = "days after which failed jobs are forgotten"},
                 &Settings::retention_failed_days, {1, 3650}),
      number_row({.key = "retention.failed_max",
                  .environment = "CUTROOM_RETENTION_FAILED_MAX",
                  .allowed = "0..1000000000",
                  .meaning = "failed jobs kept per queue"},
                 &Settings::retention_failed_max, {0, 1'000'000'000}),
      number_row({.key = "retention.assets_days",
                  .environment = "CUTROOM_RETENTION_ASSETS_DAYS",
                  .allowed = "0..3650",
                  .meaning = "days after which results that nobody asks for are removed; 0: never"},
                 &Settings::retention_assets_days, {0, 3650}),
      number_row({.key = "queues.image_processing.slots",
                  .environment = "CUTROOM_IMAGE_PROCESSING_SLOTS",
                  .allowed = "1..64",
                  .meaning = "jobs of the queue that run at the same time"},
                 &Settings::image_processing_slots, {1, 64}),
      number_row({.key = "queues.face_crop.slots",
                  .environment = "CUTROOM_FACE_CROP_SLOTS",
                  .allowed = "1..64",
                  .meaning = "jobs of the queue that run at the same time"},
                 &Settings::face_crop_slots, {1, 64}),
      number_row({.key = "jobs.attempts",
                  .environment = "CUTROOM_ATTEMPTS",
                  .allowed = "1..100",
                  .meaning = "tries of a job, counting the first"},
                 &Settings::attempts, {1, 100}),
      number_row({.key = "jobs.backoff_ms",
                  .environment = "CUTROOM_BACKOFF_MS",
                  .allowed = "0..86400000",
                  .meaning = "pause before the second try; doubles"},
                 &Settings::backoff_ms, {0, kDayMs}),
      number_row({.key = "jobs.timeout_ms",
                  .environment = "CUTROOM_JOB_TIMEOUT_MS",
                  .allowed = "100..86400000",
                  .meaning = "longest time of one try"},
                 &Settings::job_timeout_ms, {100, kDayMs}),
      number_row({.key = "jobs.lease_ms",
                  .environment = "CUTROOM_LEASE_MS",
                  .allowed = "1000..86400000",
                  .meaning = "after which a silent worker's job is given to another"},
                 &Settings::lease_ms, {1000, kDayMs}),
      number_row({.key = "stop_grace_ms",
                  .environment = "CUTROOM_STOP_GRACE_MS",
                  .allowed = "0..86400000",
                  .meaning = "time that running jobs get to end when the server stops"},
                 &Settings::stop_grace_ms, {0, kDayMs}),
      number_row({.key = "compute_threads",
                  .environment = "CUTROOM_COMPUTE_THREADS",
                  .allowed = "0..256; 0: as many as cores",
                  .meaning = "threads for decoding, composing, encoding"},
                 &Settings::compute_threads, {0, 256}),
      choice_row({.key = "log_level",
                  .environment = "CUTROOM_LOG_LEVEL",
                  .allowed = "debug, info, warn, error or off",
                  .meaning = "least severe lines that are logged"},
                 &Settings::log_level, {"debug", "info", "warn", "error", "off"}),
      text_row({.key = "cors_origin",
                .environment = "CUTROOM_CORS_ORIGIN",
                .allowed = "* or an origin",
                .meaning = "whose pages may call the API"},
               &Settings::cors_origin),
  };
  return rows;
}

Error wrong_value(const SettingRow& row, const std::string& origin, const std::string& value) {
  return {.code = Errc::invalid_input,
          .message = origin + ": " + (row.may_hold_secret ? "the value" : "'" + value + "'") +
                     " is not allowed for " + std::string(row.key) +
                     "; allowed: " + std::string(row.allowed)};
}

Result<void> apply(SettingsInForce& into, const SettingRow& row, const std::string& origin,
                   const std::string& value) {
  if (!row.set(into.settings, value)) return wrong_value(row, origin, value);
  into.origins[std::string(row.key)] = origin;
  return {};
}

// A TOML value as the text that a flag would have: arrays become comma-separated.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* array = node.as_array()) {
    std::vector<std::string> parts;
    for (const toml::node& item : *array) {
      auto part = text_of(item);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    }
    return join(parts);
  }
  return std::nullopt;
}

Result<jobs::VendorShare> share_of(const std::string& name, const toml::table& table) {
  jobs::VendorShare share;
  for (const auto& [key, node] : table) {
    const auto bad = [&](std::string_view allowed) {
      return Error{.code = Errc::invalid_input,
                   .message = "vendors." + name + "." + std::string(key.str()) +
                              " is not allowed; allowed: " + std::string(allowed)};
    };
    if (key == "weight") {
      const auto weight = node.value<double>();
      if (!weight || !(*weight > 0)) return bad("a number > 0");
      share.weight = *weight;
    } else if (key == "cap") {
      const auto cap = node.value<std::int64_t>();
      if (!cap || *cap < 0) return bad("0 (none) or more");
      share.cap = static_cast<std::size_t>(*cap);
    } else if (key == "cap_is_hard" || key == "paused") {
      const auto truth = node.value<bool>();
      if (!truth) return bad("true or false");
      (key == "paused" ? share.paused : share.cap_is_hard) = *truth;
    } else {
      return bad("the keys weight, cap, cap_is_hard, paused");
    }
  }
  return share;
}

Result<void> apply_file_table(SettingsInForce& into, const std::string& file, const std::string& prefix,
                              const toml::table& table) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const auto rows = setting_table();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const SettingRow& r) { return r.key == key; });
    if (row != rows.end()) {
      const auto text = text_of(node);
      if (!text) return wrong_value(*row, file, "(a table)");
      if (auto applied = apply(into, *row, file, *text); !applied) return applied;
    } else if (const auto* below = node.as_table(); below && prefix == "vendors.") {
      auto share = share_of(std::string(name.str()), *below);
      if (!share) return share.error();
      into.settings.vendors[std::string(name.str())] = *share;
    } else if (below) {
      if (auto applied = apply_file_table(into, file, key + ".", *below); !applied) return applied;
    } else {
      return Error{.code = Errc::invalid_input, .message = file + ": there is no setting '" + key + "'"};
    }
  }
  return {};
}

Result<void> apply_file(SettingsInForce& into, const std::string& file) {
  try {
    return apply_file_table(into, file, "", toml::parse_file(file));
  } catch (const toml::parse_error& error) {
    return Error{.code = Errc::invalid_input,
                 .message = file + ", line " + std::to_string(error.source().begin.line) + ": " +
                            std::string(error.description())};
  }
}

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

}  // namespace

std::span<const SettingRow> setting_table() { return table(); }

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
        if (auto applied = apply(out, row, std::string(name), *value); !applied) return applied.error();
    }
  }
  for (const SettingRow& row : setting_table()) {
    const auto flag = sources.flags.find(std::string(row.key));
    if (flag == sources.flags.end()) continue;
    if (auto applied = apply(out, row, flag_of(row), flag->second); !applied) return applied.error();
  }
  if (auto read = read_admin_key(out.settings, sources); !read) return read.error();
  if (auto read = read_redis_password(out.settings, sources); !read) return read.error();
  return out;
}

}  // namespace cutroom::app
