#include "app/settings/row_kinds.hpp"
#include "app/settings/sections.hpp"

namespace cutroom::app {
namespace {

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

}  // namespace

std::vector<SettingRow> server_rows() {
  return {
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
}

}  // namespace cutroom::app
