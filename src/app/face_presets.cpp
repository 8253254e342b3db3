#include "app/face_presets.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include <toml++/toml.h>

#include "app/colour_text.hpp"
#include "app/presets_in_program.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;
using imaging::FacePreset;
using imaging::Range;
using Problems = std::vector<FieldProblem>;

constexpr std::size_t kBytesMax = 64U << 10U;
constexpr double kMmPerInch = 25.4;

std::string shown(const toml::node& node) {
  std::ostringstream out;
  out << toml::toml_formatter{node, toml::toml_formatter::default_flags};
  return out.str();
}

// One table of the file. Remembers which keys were asked for, so that misspelt ones can be told.
class Keys {
 public:
  Keys(const toml::table* table, std::string prefix, Problems& problems)
      : table_(table), prefix_(std::move(prefix)), problems_(problems) {}

  void say(std::string_view key, std::string problem) {
    problems_.push_back({prefix_ + std::string(key), std::move(problem)});
  }
  std::optional<std::string> text(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    const auto value = node->value_exact<std::string>();
    if (!value) wrong(key, *node, "a text");
    return value;
  }
  std::optional<double> number(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    const auto value = finite(*node);
    if (!value) wrong(key, *node, "a number");
    return value;
  }
  std::optional<bool> truth(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(key, *node, "true, false");
    return value;
  }
  std::optional<Range> pair(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    const toml::array* array = node->as_array();
    if (array && array->size() == 2) {
      const auto first = finite(*array->get(0));
      const auto second = finite(*array->get(1));
      if (first && second) return Range{*first, *second};
    }
    wrong(key, *node, "two numbers");
    return std::nullopt;
  }
  Keys table(std::string_view key, bool required) {
    const toml::node* node = find(key);
    if (!node && required) say(key, "is missing");
    if (node && !node->is_table()) wrong(key, *node, "a table");
    return {node ? node->as_table() : nullptr, prefix_ + std::string(key) + ".", problems_};
  }
  bool is_there() const { return table_ != nullptr; }
  // To be called last.
  void refuse_unknown() {
    if (!table_) return;
    for (const auto& [key, node] : *table_)
      if (!asked_.contains(std::string(key.str()))) say(key.str(), "is not a key of a preset");
  }
  void wrong(std::string_view key, const std::string& value, const std::string& allowed) {
    say(key, "is " + value + "; allowed: " + allowed);
  }

 private:
  static std::optional<double> finite(const toml::node& node) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    return value && std::isfinite(*value) ? value : std::nullopt;
  }
  const toml::node* find(std::string_view key) {
    asked_.emplace(key);
    return table_ ? table_->get(key) : nullptr;
  }
  void wrong(std::string_view key, const toml::node& node, const std::string& allowed) {
    wrong(key, shown(node), allowed);
  }

  const toml::table* table_;
  std::string prefix_;
  Problems& problems_;
  std::set<std::string> asked_;
};

// How much of the picture's height one unit is; 0 after a problem.
double share_per_unit(Keys& head, const FacePreset& preset) {
  const std::string unit = head.text("unit").value_or("share");
  if (unit == "share") return 1.0;
  if (unit == "px") return 1.0 / preset.size.height;
  if (unit != "mm" && unit != "in") {
    head.wrong("unit", "\"" + unit + "\"", "mm, in, px, share (of the picture's height)");
    return 0.0;
  }
  if (preset.height_mm > 0.0) return (unit == "in" ? kMmPerInch : 1.0) / preset.height_mm;
  head.say("unit", "is " + unit + ", which needs size_mm");
  return 0.0;
}

void read_head(Keys head, FacePreset& preset) {
  if (!head.is_there()) return;
  const double unit = share_per_unit(head, preset);
  const auto scaled = [unit](Range range) { return Range{range.least * unit, range.most * unit}; };
  const auto height = head.number("height");
  const auto heights = head.pair("height_range");
  if (!height) head.say("height", "is missing: how high the head is, crown to chin");
  if (!heights) head.say("height_range", "is missing: [least, most]");
  preset.head_height = height.value_or(0.0) * unit;
  preset.head_height_range = scaled(heights.value_or(Range{}));
  if (const auto top = head.number("top")) preset.crown_top = *top * unit;
  if (const auto tops = head.pair("top_range")) preset.crown_top_range = scaled(*tops);
  if (const auto eyes = head.number("eyes_from_bottom")) preset.eye_line = 1.0 - *eyes * unit;
  if (const auto eyes = head.pair("eyes_from_bottom_range"))
    preset.eye_line_range = {1.0 - eyes->most * unit, 1.0 - eyes->least * unit};
  head.refuse_unknown();
}

void read_checks(Keys checks, FacePreset& preset) {
  preset.eye_distance_min = checks.number("eye_distance_px").value_or(preset.eye_distance_min);
  preset.too_small_fails = checks.truth("too_small_fails").value_or(preset.too_small_fails);
  preset.padding_max = checks.number("padding").value_or(preset.padding_max);
  checks.refuse_unknown();
}

void read_size(Keys& root, FacePreset& preset) {
  if (const auto size = root.pair("size_px")) {
    const auto whole = [](double side) { return side >= 0.0 && side <= 1e6 && side == std::floor(side); };
    // Other values are refused with the preset's own rules.
    if (whole(size->least) && whole(size->most))
      preset.size = {static_cast<int>(size->least), static_cast<int>(size->most)};
  } else {
    root.say("size_px", "is missing: [width, height]");
  }
  if (const auto size = root.pair("size_mm")) {
    preset.width_mm = size->least;
    preset.height_mm = size->most;
  }
}

void read_file_rules(Keys& root, FacePreset& preset) {
  if (const auto word = root.text("format")) {
    const auto format = imaging::format_from(*word);
    if (format)
      preset.format = *format;
    else
      root.wrong("format", "\"" + *word + "\"", "jpeg, png, webp");
  }
  if (const auto bytes = root.number("bytes_max")) {
    if (*bytes >= 0.0 && *bytes <= 1e9)
      preset.bytes_max = static_cast<std::size_t>(*bytes);
    else
      root.say("bytes_max", "must be from 2048 to 1000000000");
  }
  if (const auto text = root.text("background")) {
    const auto colour = colour_from(*text);
    if (colour)
      preset.background = *colour;
    else
      root.wrong("background", "\"" + *text + "\"", "#rrggbb, white, black");
  }
  if (const auto word = root.text("altering")) {
    if (*word != "allowed" && *word != "forbidden")
      root.wrong("altering", "\"" + *word + "\"", "allowed, forbidden");
    preset.may_alter = *word != "forbidden";
  }
}

FacePreset read_all(const toml::table& file, const std::string& name, Problems& problems) {
  FacePreset preset{.name = name};
  Keys root(&file, "", problems);
  preset.title = root.text("title").value_or(name);
  read_size(root, preset);
  read_file_rules(root, preset);
  if (problems.empty()) read_head(root.table("head", true), preset);
  read_checks(root.table("checks", false), preset);
  root.refuse_unknown();
  if (problems.empty()) problems = imaging::problems_of(preset);
  return preset;
}

Error broken(const std::string& name, Problems problems) {
  std::string message = "preset " + name + ": ";
  for (std::size_t i = 0; i < problems.size(); ++i)
    message += (i == 0 ? "" : "; ") + problems[i].field + " " + problems[i].problem;
  return {.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems)};
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<std::string> text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content(kBytesMax + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.bad() || !in.is_open())
    return Error{.code = Errc::storage_failed, .message = "can't read " + path.string()};
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > kBytesMax) return broken(path.stem().string(), {{"file", "has more than 64 KiB"}});
  return content;
}

}  // namespace

Result<FacePreset> face_preset_from(const std::string& name, std::string_view toml) {
  if (!is_name(name))
    return broken(name, {{"name", "may have small letters, digits, - and _ only, at most 64 of them"}});
  Problems problems;
  try {
    FacePreset preset = read_all(toml::parse(toml), name, problems);
    if (problems.empty()) return preset;
  } catch (const toml::parse_error& error) {
    problems.push_back(
        {"line " + std::to_string(error.source().begin.line), std::string(error.description())});
  }
  return broken(name, std::move(problems));
}

Result<imaging::FacePresets> read_face_presets(const fs::path& own_folder) {
  imaging::FacePresets presets;
  for (const PresetText& text : presets_in_program()) {
    auto preset = face_preset_from(std::string(text.name), text.toml);
    if (!preset) return preset.error();
    presets.put(std::move(*preset));
  }
  if (own_folder.empty()) return presets;

  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(own_folder, failed))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  if (failed)
    return Error{.code = Errc::not_found, .message = "There is no folder of presets " + own_folder.string()};
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto text = text_of(file);
    if (!text) return text.error();
    auto preset = face_preset_from(file.stem().string(), *text);
    if (!preset) return preset.error();
    presets.put(std::move(*preset));
  }
  return presets;
}

}  // namespace cutroom::app
