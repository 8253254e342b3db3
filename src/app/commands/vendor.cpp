// cutroom vendor ...: sets vendors, keys and limits up at a running server, and shows what was used.
#include <array>

#include <CLI/CLI.hpp>

#include "app/commands/vendor_command.hpp"

namespace cutroom::app {
namespace {

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
