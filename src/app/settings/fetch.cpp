#include "app/settings/row_kinds.hpp"
#include "app/settings/sections.hpp"

namespace cutroom::app {
namespace {

SettingRow fetch_ports_row() {
  SettingRow row{.key = "fetch.ports",
                 .environment = "CUTROOM_FETCH_PORTS",
                 .allowed = "ports, comma-separated",
                 .meaning = "ports of photo servers beside 80 and 443"};
  row.set = [](Settings& s, const std::string& text) {
    s.fetch_ports.clear();
    for (const std::string& part : comma_separated(text))
      if (!set_port(s.fetch_ports.emplace_back(), part)) return false;
    return true;
  };
  row.get = [](const Settings& s) {
    std::vector<std::string> texts;
    for (const auto port : s.fetch_ports) texts.push_back(std::to_string(port));
    return joined(texts);
  };
  return row;
}

}  // namespace

std::vector<SettingRow> fetch_rows() {
  return {
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
  };
}

}  // namespace cutroom::app
