#include "engine/face_preset_input.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include <boost/json.hpp>

#include "imaging/colour.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using imaging::FacePreset;
using imaging::Range;
using Problems = std::vector<FieldProblem>;

constexpr double kMmPerInch = 25.4;
constexpr std::size_t kShownMax = 64;  // Of what somebody else wrote.

// One object of the preset. Remembers which keys were asked for, so that misspelt ones can be told.
class Keys {
 public:
  Keys(const json::object* table, std::string prefix, Problems& problems)
      : table_(table), prefix_(std::move(prefix)), problems_(problems) {}

  void say(std::string_view key, std::string problem) {
    problems_.push_back({prefix_ + std::string(key), std::move(problem)});
  }
  std::optional<std::string> text(std::string_view key) {
    const json::value* node = find(key);
    if (!node) return std::nullopt;
    if (node->is_string()) return std::string(node->get_string());
    wrong(key, *node, "a text");
    return std::nullopt;
  }
  std::optional<double> number(std::string_view key) {
    const json::value* node = find(key);
    if (!node) return std::nullopt;
    const auto value = finite(*node);
    if (!value) wrong(key, *node, "a number");
    return value;
  }
  std::optional<bool> truth(std::string_view key) {
    const json::value* node = find(key);
    if (!node) return std::nullopt;
    if (node->is_bool()) return node->get_bool();
    wrong(key, *node, "true, false");
    return std::nullopt;
  }
  std::optional<Range> pair(std::string_view key) {
    const json::value* node = find(key);
    if (!node) return std::nullopt;
    const json::array* array = node->if_array();
    if (array && array->size() == 2) {
      const auto first = finite((*array)[0]);
      const auto second = finite((*array)[1]);
      if (first && second) return Range{*first, *second};
    }
    wrong(key, *node, "two numbers");
    return std::nullopt;
  }
  Keys table(std::string_view key, bool required) {
    const json::value* node = find(key);
    if (!node && required) say(key, "is missing");
    if (node && !node->is_object()) wrong(key, *node, "a table");
    return {node ? node->if_object() : nullptr, prefix_ + std::string(key) + ".", problems_};
  }
  bool is_there() const { return table_ != nullptr; }
  // To be called last.
  void refuse_unknown() {
    if (!table_) return;
    for (const auto& [key, node] : *table_)
      if (!asked_.contains(std::string(key)))
        say(std::string(key).substr(0, kShownMax), "is not a key of a preset");
  }
  void wrong(std::string_view key, const std::string& value, const std::string& allowed) {
    say(key, "is " + value + "; allowed: " + allowed);
  }

 private:
  static std::optional<double> finite(const json::value& node) {
    if (!node.is_number()) return std::nullopt;
    const double value = node.to_number<double>();
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
  const json::value* find(std::string_view key) {
    asked_.emplace(key);
    return table_ ? table_->if_contains(key) : nullptr;
  }
  void wrong(std::string_view key, const json::value& node, const std::string& allowed) {
    wrong(key, json::serialize(node).substr(0, kShownMax), allowed);
  }

  const json::object* table_;
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
    const auto colour = imaging::colour_from(*text);
    if (colour && colour->a == 255)
      preset.background = {colour->r, colour->g, colour->b};
    else
      root.wrong("background", "\"" + *text + "\"", "#rrggbb or r,g,b");
  }
  if (const auto word = root.text("altering")) {
    if (*word != "allowed" && *word != "forbidden")
      root.wrong("altering", "\"" + *word + "\"", "allowed, forbidden");
    preset.may_alter = *word != "forbidden";
  }
}

FacePreset read_all(const json::object& file, const std::string& name, Problems& problems) {
  FacePreset preset{.name = name};
  Keys root(&file, "", problems);
  preset.title = root.text("title").value_or(name);
  read_size(root, preset);
  read_file_rules(root, preset);
  Keys head = root.table("head", true);
  // It is measured by the size, so that its problems mean something only where that is right.
  if (problems.empty()) read_head(std::move(head), preset);
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

}  // namespace

Result<FacePreset> face_preset_from(const std::string& name, const json::object& fields) {
  if (!is_name(name))
    return broken(name.substr(0, kShownMax),
                  {{"name", "may have small letters, digits, - and _ only, at most 64 of them"}});
  Problems problems;
  FacePreset preset = read_all(fields, name, problems);
  if (problems.empty()) return preset;
  return broken(name, std::move(problems));
}

}  // namespace cutroom::engine
