// cutroom vendor ...: sets vendors, keys and limits up at a running server, and shows what was used.
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "adapters/api_client/api_client.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/secret.hpp"
#include "app/exit_codes.hpp"
#include "app/face_presets.hpp"
#include "app/text_table.hpp"

namespace cutroom::app {
namespace {

namespace json = boost::json;
using api_client::encoded;

const std::string kVendors = "/api/admin/vendors";

std::string path_of(const std::string& vendor) { return kVendors + "/" + encoded(vendor); }

// A cell: text as it is, null as nothing.
std::string cell(const json::value& from, std::string_view field) {
  const json::value* value = from.as_object().if_contains(field);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_bool()) return value->get_bool() ? "yes" : "no";
  if (value->is_double()) {
    std::array<char, 32> text{};
    const int n = std::snprintf(text.data(), text.size(), "%.6g", value->get_double());
    return {text.data(), static_cast<std::size_t>(n)};
  }
  return json::serialize(*value);
}

// 2026-11-24T09:15:00.000Z as people need it.
std::string day_of(const std::string& time) { return time.substr(0, 10); }

std::string limits_of(const json::value& vendor) {
  std::string text;
  for (const auto& member : vendor.at("limits").as_object())
    text +=
        (text.empty() ? "" : " ") + std::string(member.key()) + "=" + std::string(member.value().as_string());
  return text;
}

// Text that is a number or true or false becomes one; the server says what is wrong with the rest.
json::value typed(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return failed || value.is_structured() ? json::value(text) : value;
}

json::object body_of(const VendorArguments& arguments) {
  json::object body;
  const auto put = [&](const char* field, const std::string& text) {
    if (!text.empty()) body[field] = typed(text);
  };
  if (!arguments.name.empty()) body["name"] = arguments.name;
  put("weight", arguments.weight);
  put("cap", arguments.cap);
  put("capIsHard", arguments.cap_is_hard);
  put("paused", arguments.paused);
  put("monthlyQuota", arguments.quota);
  for (const std::string& limit : arguments.limits) {
    const std::size_t equals = std::min(limit.find('='), limit.size());
    if (!body.contains("limits")) body["limits"] = json::object();
    const std::string value = limit.substr(std::min(equals + 1, limit.size()));
    body["limits"].as_object()[limit.substr(0, equals)] =
        value == "default" ? json::value(nullptr) : json::value(value);
  }
  if (!arguments.source_hosts.empty()) {
    json::array hosts;
    for (const std::string& host : arguments.source_hosts)
      if (host != "any") hosts.emplace_back(host);
    body["sourceHosts"] = std::move(hosts);
  }
  if (!arguments.default_options.empty()) {
    boost::system::error_code failed;
    json::value options = json::parse(arguments.default_options, failed);
    body["defaultOptions"] = failed ? json::value(arguments.default_options) : std::move(options);
  }
  return body;
}

class VendorCommand {
 public:
  explicit VendorCommand(const VendorArguments& arguments)
      : arguments_(arguments),
        client_(arguments.server, secret_from(arguments.admin_key_file, "CUTROOM_ADMIN_KEY")) {}

  int list() {
    TextTable table({{"VENDOR"},
                     {"NAME"},
                     {"WEIGHT", true},
                     {"CAP", true},
                     {"HARD"},
                     {"PAUSED"},
                     {"QUOTA", true},
                     {"OWN LIMITS"}});
    json::array all;
    std::string after;
    do {
      const auto page = call("GET", kVendors + "?after=" + encoded(after));
      if (!page) return exit_code_;
      for (const json::value& vendor : page->at("vendors").as_array()) {
        table.add({cell(vendor, "id"), cell(vendor, "name"), cell(vendor, "weight"), cell(vendor, "cap"),
                   cell(vendor, "capIsHard"), cell(vendor, "paused"), cell(vendor, "monthlyQuota"),
                   limits_of(vendor)});
        all.push_back(vendor);
      }
      after = cell(*page, "nextAfter");
    } while (!after.empty());
    return print(all, table, "There are no vendors; \"cutroom vendor add ID\" sets one up.");
  }

  int add() {
    json::object body = body_of(arguments_);
    body["id"] = arguments_.id;
    return show(call("POST", kVendors, json::serialize(body)));
  }
  int set() { return show(call("PATCH", path_of(arguments_.id), json::serialize(body_of(arguments_)))); }
  int show_one() { return show(call("GET", path_of(arguments_.id))); }
  int remove() {
    if (!call("DELETE", path_of(arguments_.id))) return exit_code_;
    std::cout << "Removed " << arguments_.id << ", its keys and its usage\n";
    return kExitOk;
  }

  int key_list() {
    const auto answer = call("GET", path_of(arguments_.id) + "/keys");
    if (!answer) return exit_code_;
    TextTable table({{"KEY ID"}, {"LABEL"}, {"MADE"}, {"LAST USED"}, {"REVOKED"}});
    for (const json::value& key : answer->at("keys").as_array())
      table.add({cell(key, "id"), cell(key, "label"), day_of(cell(key, "createdOn")), cell(key, "lastUsed"),
                 day_of(cell(key, "revokedOn"))});
    return print(answer->at("keys"), table,
                 "The vendor has no keys; \"cutroom vendor key add ID\" makes one.");
  }
  int key_add() {
    const std::string body = json::serialize(json::object{{"label", arguments_.label}});
    const auto answer = call("POST", path_of(arguments_.id) + "/keys", body);
    if (!answer) return exit_code_;
    if (arguments_.as_json) return print_json(*answer);
    // The key alone on standard output, so that a script can take it.
    std::cerr << "Key " << cell(*answer, "id") << " of " << arguments_.id << "; it is shown this once:\n";
    std::cout << cell(*answer, "key") << '\n';
    return kExitOk;
  }
  int key_revoke() {
    if (!call("DELETE", path_of(arguments_.id) + "/keys/" + encoded(arguments_.key_id))) return exit_code_;
    std::cout << "Revoked key " << arguments_.key_id << " of " << arguments_.id << '\n';
    return kExitOk;
  }

  int preset_list() {
    const auto answer = call("GET", path_of(arguments_.id) + "/presets");
    if (!answer) return exit_code_;
    TextTable table({{"PRESET"}, {"TITLE"}, {"PIXELS"}});
    for (const json::value& entry : answer->at("presets").as_array()) {
      const json::value& preset = entry.at("preset");
      const json::array& size = preset.at("size_px").as_array();
      table.add({cell(entry, "name"), cell(preset, "title"),
                 json::serialize(size.at(0)) + " x " + json::serialize(size.at(1))});
    }
    return print(answer->at("presets"), table,
                 "The vendor has no presets of its own; \"cutroom vendor preset put\" adds one.");
  }
  int preset_put() {
    const auto preset = read_preset_file(arguments_.preset_file);
    if (!preset) {
      std::cerr << "cutroom: " << preset.error().text() << '\n';
      return kExitUsage;
    }
    const std::string name = arguments_.preset.empty()
                                 ? std::filesystem::path(arguments_.preset_file).stem().string()
                                 : arguments_.preset;
    const auto answer =
        call("PUT", path_of(arguments_.id) + "/presets/" + encoded(name), json::serialize(*preset));
    if (!answer) return exit_code_;
    if (arguments_.as_json) return print_json(*answer);
    std::cout << "Preset " << name << " of " << arguments_.id << " is set\n";
    return kExitOk;
  }
  int preset_remove() {
    if (!call("DELETE", path_of(arguments_.id) + "/presets/" + encoded(arguments_.preset))) return exit_code_;
    std::cout << "Removed preset " << arguments_.preset << " of " << arguments_.id << '\n';
    return kExitOk;
  }

  int usage() {
    std::string path = path_of(arguments_.id) + "/usage?";
    if (!arguments_.from.empty()) path += "from=" + encoded(arguments_.from) + "&";
    if (!arguments_.to.empty()) path += "to=" + encoded(arguments_.to);
    const auto answer = call("GET", path);
    if (!answer) return exit_code_;
    if (arguments_.as_json) return print_json(*answer);
    TextTable table({{"DAY"},
                     {"QUEUED", true},
                     {"JOBS", true},
                     {"FAILED", true},
                     {"IMAGES", true},
                     {"MEGAPIXELS", true},
                     {"SECONDS", true}});
    const auto add = [&](const std::string& name, const json::value& row) {
      table.add({name, cell(row, "queued"), cell(row, "jobs"), cell(row, "failed"), cell(row, "images"),
                 cell(row, "megapixels"), cell(row, "computeSeconds")});
    };
    for (const json::value& day : answer->at("days").as_array()) add(cell(day, "day"), day);
    const json::value& month = answer->at("month");
    add(cell(month, "month"), month);
    std::cout << table.str();
    if (const std::string quota = cell(month, "monthlyQuota"); quota != "0")
      std::cout << "\nQuota: " << cell(month, "queued") << " of " << quota << " photos this month\n";
    return kExitOk;
  }

 private:
  // The answer's object, an empty one where there is none; nullopt after an error, which has been told.
  std::optional<json::value> call(const std::string& verb, const std::string& path,
                                  const std::string& body = {}) {
    const auto answer = client_.call(verb, path, body);
    if (answer) return answer->empty() ? json::value(json::object()) : json::parse(*answer);
    const Error& error = answer.error();
    std::cerr << "cutroom: " << error.text() << '\n';
    exit_code_ =
        error.code == Errc::unavailable || error.code == Errc::timed_out ? kExitUnavailable : kExitUsage;
    return std::nullopt;
  }

  int show(const std::optional<json::value>& vendor) {
    if (!vendor) return exit_code_;
    if (arguments_.as_json) return print_json(*vendor);
    for (const auto& member : vendor->as_object()) {
      const std::string value = member.key() == "limits" ? limits_of(*vendor) : cell(*vendor, member.key());
      std::string name(member.key());
      name.resize(16, ' ');
      std::cout << name << value << '\n';
    }
    return kExitOk;
  }
  int print(const json::value& all, const TextTable& table, const char* none) const {
    if (arguments_.as_json) return print_json(all);
    std::cout << (table.empty() ? std::string(none) + "\n" : table.str());
    return kExitOk;
  }
  static int print_json(const json::value& value) {
    std::cout << json::serialize(value) << '\n';
    return kExitOk;
  }

  const VendorArguments& arguments_;
  api_client::ApiClient client_;
  int exit_code_ = kExitOk;
};

void add_connection(CLI::App& command, VendorArguments& arguments) {
  command.add_option("--server", arguments.server, "its address")->capture_default_str();
  command
      .add_option("--admin-key-file", arguments.admin_key_file,
                  "a file with the admin key (else CUTROOM_ADMIN_KEY)")
      ->check(CLI::ExistingFile);
  command.add_flag("--json", arguments.as_json, "print the server's JSON");
}

void add_id(CLI::App& command, VendorArguments& arguments) {
  command.add_option("VENDOR", arguments.id, "its id, as in vendorId")->required();
}

void add_fields(CLI::App& command, VendorArguments& arguments) {
  command.add_option("--name", arguments.name, "for people");
  command.add_option("--weight", arguments.weight, "twice the weight, twice the share (1)");
  command.add_option("--cap", arguments.cap, "jobs running at the same time; 0: no cap");
  command.add_option("--cap-is-hard", arguments.cap_is_hard, "true: also while nobody else waits");
  command.add_option("--paused", arguments.paused, "true: its jobs wait");
  command.add_option("--quota", arguments.quota, "photos per calendar month; 0: no quota");
  command.add_option("--limit", arguments.limits,
                     "NAME=LIMIT, e.g. backgroundRemoval=300/1h or bulk=off; NAME=default takes it back");
  command.add_option(
      "--source-host", arguments.source_hosts,
      "photos may come from these hosts alone, e.g. photos.example.com, *.example.com; any: from anywhere");
  command.add_option("--default-options", arguments.default_options,
                     "JSON by kind, e.g. {\"backgroundRemoval\":{\"format\":\"webp\"}}");
}

// The commands below `vendor`, each with its function.
struct Row {
  const char* name;
  const char* about;
  int (VendorCommand::*run)();
  bool has_fields;
};
constexpr std::array kRows{
    Row{"add", "set a vendor up", &VendorCommand::add, true},
    Row{"set", "change some of its fields", &VendorCommand::set, true},
    Row{"show", "all that is set of it", &VendorCommand::show_one, false},
    Row{"remove", "remove it with its keys and its usage", &VendorCommand::remove, false},
    Row{"usage", "what it has used, by day (this month)", &VendorCommand::usage, false},
};
constexpr std::array kKeyRows{
    Row{"add", "make a key; it is shown once", &VendorCommand::key_add, false},
    Row{"list", "its keys, without their secrets", &VendorCommand::key_list, false},
    Row{"revoke", "shut a key at once", &VendorCommand::key_revoke, false},
};

constexpr std::array kPresetRows{
    Row{"list", "its own presets of face crops", &VendorCommand::preset_list, false},
    Row{"put", "add one from a file like presets/*.toml, or replace it", &VendorCommand::preset_put, false},
    Row{"remove", "delete one", &VendorCommand::preset_remove, false},
};

void add_preset_commands(CLI::App& vendor, VendorArguments& arguments) {
  auto* preset = vendor.add_subcommand("preset", "its own presets of face crops");
  preset->require_subcommand(1);
  for (const Row& row : kPresetRows) {
    auto* command = preset->add_subcommand(row.name, row.about);
    add_id(*command, arguments);
    add_connection(*command, arguments);
  }
  auto* put = preset->get_subcommand("put");
  put->add_option("FILE", arguments.preset_file, "NAME.toml")->required()->check(CLI::ExistingFile);
  put->add_option("--name", arguments.preset, "its name; the file's where it is not given");
  preset->get_subcommand("remove")->add_option("PRESET", arguments.preset, "its name")->required();
}

}  // namespace

CLI::App* add_vendor_command(CLI::App& app, VendorArguments& arguments) {
  auto* vendor = app.add_subcommand("vendor", "vendors, their keys and limits, at a running server");
  vendor->require_subcommand(1);
  add_connection(*vendor->add_subcommand("list", "all vendors"), arguments);
  for (const Row& row : kRows) {
    auto* command = vendor->add_subcommand(row.name, row.about);
    add_id(*command, arguments);
    if (row.has_fields) add_fields(*command, arguments);
    add_connection(*command, arguments);
  }
  auto* usage = vendor->get_subcommand("usage");
  usage->add_option("--from", arguments.from, "first day, e.g. 2026-11-01");
  usage->add_option("--to", arguments.to, "last day");

  auto* key = vendor->add_subcommand("key", "its keys");
  key->require_subcommand(1);
  for (const Row& row : kKeyRows) {
    auto* command = key->add_subcommand(row.name, row.about);
    add_id(*command, arguments);
    add_connection(*command, arguments);
  }
  key->get_subcommand("add")->add_option("--label", arguments.label, "what it is used for");
  key->get_subcommand("revoke")
      ->add_option("KEY_ID", arguments.key_id, "as \"key list\" shows it")
      ->required();
  add_preset_commands(*vendor, arguments);
  return vendor;
}

int run_vendor(const CLI::App& vendor, const VendorArguments& arguments) {
  VendorCommand command(arguments);
  if (vendor.get_subcommand("list")->parsed()) return command.list();
  for (const Row& row : kRows)
    if (vendor.get_subcommand(row.name)->parsed()) return (command.*row.run)();
  for (const Row& row : kKeyRows)
    if (vendor.get_subcommand("key")->get_subcommand(row.name)->parsed()) return (command.*row.run)();
  for (const Row& row : kPresetRows)
    if (vendor.get_subcommand("preset")->get_subcommand(row.name)->parsed()) return (command.*row.run)();
  return kExitUsage;
}

}  // namespace cutroom::app
