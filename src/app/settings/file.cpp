#include <algorithm>

#include <toml++/toml.h>

#include "app/settings/row_kinds.hpp"
#include "app/settings/sources.hpp"

namespace cutroom::app {
namespace {

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
    return joined(parts);
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
      if (auto applied = apply_value(into, *row, file, *text); !applied) return applied;
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

}  // namespace

Result<void> apply_file(SettingsInForce& into, const std::string& file) {
  try {
    return apply_file_table(into, file, "", toml::parse_file(file));
  } catch (const toml::parse_error& error) {
    return Error{.code = Errc::invalid_input,
                 .message = file + ", line " + std::to_string(error.source().begin.line) + ": " +
                            std::string(error.description())};
  }
}

}  // namespace cutroom::app
