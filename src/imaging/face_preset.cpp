#include "imaging/face_preset.hpp"

#include <utility>

namespace cutroom::imaging {
namespace {

constexpr int kSideMax = 8192;
constexpr std::size_t kBytesLeast = 2048;  // Below it no face is to be recognized.

bool is_inside(double value, Range range) { return range.holds(value) && range.least <= range.most; }

}  // namespace

double FacePreset::dots_per_inch() const {
  constexpr double kMmPerInch = 25.4;
  return height_mm > 0.0 ? size.height / height_mm * kMmPerInch : 0.0;
}

std::vector<FieldProblem> problems_of(const FacePreset& preset) {
  std::vector<FieldProblem> problems;
  const auto need = [&](bool right, const char* field, const char* problem) {
    if (!right) problems.push_back({field, problem});
  };
  const auto side_is_right = [](int side) { return side >= 16 && side <= kSideMax; };
  need(side_is_right(preset.size.width) && side_is_right(preset.size.height), "size_px",
       "must be two whole numbers from 16 to 8192");
  need(preset.width_mm >= 0.0 && preset.height_mm >= 0.0 && (preset.width_mm > 0) == (preset.height_mm > 0),
       "size_mm", "must be two numbers above 0");
  if (preset.width_mm > 0.0 && preset.height_mm > 0.0 && preset.size.height > 0) {
    const double stretched = preset.width_mm / preset.height_mm * preset.size.height / preset.size.width;
    need(stretched > 0.97 && stretched < 1.03, "size_mm", "must have the shape of size_px");
  }
  need(preset.bytes_max == 0 || preset.bytes_max >= kBytesLeast, "bytes_max", "must be 2048 or more");
  need(preset.bytes_max == 0 || preset.format != Format::png, "bytes_max", "is for jpeg and webp only");
  need(is_inside(preset.head_height, preset.head_height_range) && preset.head_height_range.least > 0.0 &&
           preset.head_height_range.most <= 1.0,
       "head.height", "must lie inside head.height_range, and that inside the picture");
  need(preset.crown_top.has_value() != preset.eye_line.has_value(), "head.top",
       "or head.eyes_from_bottom is needed, and not both");
  need(is_inside(preset.eye_line_range.least, {0.0, 1.0}) &&
           is_inside(preset.eye_line_range.most, {preset.eye_line_range.least, 1.0}),
       "head.eyes_from_bottom_range", "must lie inside the picture");
  if (preset.crown_top_range && preset.crown_top)
    need(is_inside(*preset.crown_top, *preset.crown_top_range), "head.top", "must lie inside head.top_range");
  need(preset.eye_distance_min >= 0.0, "checks.eye_distance_px", "must be 0 or more");
  need(preset.padding_max >= 0.0, "checks.padding", "must be 0 or more");
  if (!problems.empty()) return problems;

  const FaceMeasures usual{.eyes_to_chin = kEyesToChinShare, .head_height = 1.0};
  const CropTarget target = target_of(preset, usual);
  const double eye_line = target.eye_line / preset.size.height;
  const double above_eyes = usual.crown_to_eyes() * preset.head_height;
  need(preset.eye_line_range.holds(eye_line), preset.eye_line ? "head.eyes_from_bottom" : "head.top",
       "puts the eyes outside head.eyes_from_bottom_range");
  need(eye_line - above_eyes >= 0.0 && eye_line - above_eyes + preset.head_height <= 1.0, "head.height",
       "is too much: the head would be cut off");
  return problems;
}

CropTarget target_of(const FacePreset& preset, const FaceMeasures& head) {
  const double height = preset.size.height;
  CropTarget out{.size = preset.size, .head_height = preset.head_height * height};
  const double above_eyes = out.head_height * head.crown_to_eyes() / head.head_height;
  out.eye_line = preset.eye_line ? *preset.eye_line * height : *preset.crown_top * height + above_eyes;
  return out;
}

void FacePresets::put(FacePreset preset) {
  std::string name = preset.name;
  by_name_.insert_or_assign(std::move(name), std::move(preset));
}

const FacePreset* FacePresets::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

std::string FacePresets::names() const {
  std::string out;
  for (const auto& [name, preset] : by_name_) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace cutroom::imaging
