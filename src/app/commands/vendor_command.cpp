#include "app/commands/vendor_command.hpp"

#include <filesystem>
#include <iostream>

#include "app/commands/secret.hpp"
#include "app/commands/vendor_fields.hpp"
#include "app/face_presets.hpp"

namespace cutroom::app {

namespace json = boost::json;
using api_client::encoded;

namespace {

const std::string kVendors = "/api/admin/vendors";

std::string path_of(const std::string& vendor) { return kVendors + "/" + encoded(vendor); }

}  // namespace

VendorCommand::VendorCommand(const VendorArguments& arguments)
    : arguments_(arguments),
      client_(arguments.server, secret_from(arguments.admin_key_file, "CUTROOM_ADMIN_KEY")) {}

int VendorCommand::list() {
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

int VendorCommand::add() {
  json::object body = body_of(arguments_);
  body["id"] = arguments_.id;
  return show(call("POST", kVendors, json::serialize(body)));
}

int VendorCommand::set() {
  return show(call("PATCH", path_of(arguments_.id), json::serialize(body_of(arguments_))));
}

int VendorCommand::show_one() { return show(call("GET", path_of(arguments_.id))); }

int VendorCommand::remove() {
  if (!call("DELETE", path_of(arguments_.id))) return exit_code_;
  std::cout << "Removed " << arguments_.id << ", its keys and its usage\n";
  return kExitOk;
}

int VendorCommand::key_list() {
  const auto answer = call("GET", path_of(arguments_.id) + "/keys");
  if (!answer) return exit_code_;
  TextTable table({{"KEY ID"}, {"LABEL"}, {"MADE"}, {"LAST USED"}, {"REVOKED"}});
  for (const json::value& key : answer->at("keys").as_array())
    table.add({cell(key, "id"), cell(key, "label"), day_of(cell(key, "createdOn")), cell(key, "lastUsed"),
               day_of(cell(key, "revokedOn"))});
  return print(answer->at("keys"), table, "The vendor has no keys; \"cutroom vendor key add ID\" makes one.");
}

int VendorCommand::key_add() {
  const std::string body = json::serialize(json::object{{"label", arguments_.label}});
  const auto answer = call("POST", path_of(arguments_.id) + "/keys", body);
  if (!answer) return exit_code_;
  if (arguments_.as_json) return print_json(*answer);
  // The key alone on standard output, so that a script can take it.
  std::cerr << "Key " << cell(*answer, "id") << " of " << arguments_.id << "; it is shown this once:\n";
  std::cout << cell(*answer, "key") << '\n';
  return kExitOk;
}

int VendorCommand::key_revoke() {
  if (!call("DELETE", path_of(arguments_.id) + "/keys/" + encoded(arguments_.key_id))) return exit_code_;
  std::cout << "Revoked key " << arguments_.key_id << " of " << arguments_.id << '\n';
  return kExitOk;
}

int VendorCommand::preset_list() {
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

int VendorCommand::preset_put() {
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

int VendorCommand::preset_remove() {
  if (!call("DELETE", path_of(arguments_.id) + "/presets/" + encoded(arguments_.preset))) return exit_code_;
  std::cout << "Removed preset " << arguments_.preset << " of " << arguments_.id << '\n';
  return kExitOk;
}

int VendorCommand::usage() {
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

std::optional<json::value> VendorCommand::call(const std::string& verb, const std::string& path,
                                               const std::string& body) {
  const auto answer = client_.call(verb, path, body);
  if (answer) return answer->empty() ? json::value(json::object()) : json::parse(*answer);
  const Error& error = answer.error();
  std::cerr << "cutroom: " << error.text() << '\n';
  exit_code_ =
      error.code == Errc::unavailable || error.code == Errc::timed_out ? kExitUnavailable : kExitUsage;
  return std::nullopt;
}

int VendorCommand::show(const std::optional<json::value>& vendor) {
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

int VendorCommand::print(const json::value& all, const TextTable& table, const char* none) const {
  if (arguments_.as_json) return print_json(all);
  std::cout << (table.empty() ? std::string(none) + "\n" : table.str());
  return kExitOk;
}

int VendorCommand::print_json(const json::value& value) {
  std::cout << json::serialize(value) << '\n';
  return kExitOk;
}

}  // namespace cutroom::app
