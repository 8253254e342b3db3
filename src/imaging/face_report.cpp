#include "imaging/face_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>

namespace cutroom::imaging {
namespace {

constexpr double kDegrees = 180.0 / std::numbers::pi;
// Beyond it a photo looks blurred, beyond the second it is.
constexpr double kEnlargementWarn = 1.0;
constexpr double kEnlargementFail = 1.5;
// Less than this is the rounding of positions.
constexpr double kPixelSlack = 0.5;
// Of a millimetre or a pixel, so that a value on the edge of its range is inside it.
constexpr double kSlack = 1e-6;

// "…{value}…" with so many digits behind the point.
std::string sentence(std::string_view before, double value, int digits, std::string_view after) {
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "%.*f", digits, value);
  return std::string(before) + number.data() + std::string(after);
}

// Shares of the picture's height in the unit people measure the photo in.
struct Ruler {
  double per_share;
  std::string_view unit;
};

Ruler ruler_of(const FacePreset& preset) {
  if (preset.height_mm > 0.0) return {preset.height_mm, "mm"};
  return {static_cast<double>(preset.size.height), "px"};
}

FaceCheck length_check(std::string_view name, double share, Range allowed, const Ruler& ruler,
                       const char* problem) {
  FaceCheck check{.name = name,
                  .value = share * ruler.per_share,
                  .allowed = {allowed.least * ruler.per_share, allowed.most * ruler.per_share},
                  .unit = ruler.unit};
  if (!Range{check.allowed.least - kSlack, check.allowed.most + kSlack}.holds(check.value)) {
    check.verdict = Verdict::fail;
    check.problem = problem;
  }
  return check;
}

FaceCheck roll_check(double roll) {
  FaceCheck check{
      .name = "roll", .value = roll * kDegrees, .allowed = {-kRollWarn, kRollWarn}, .unit = "degrees"};
  const double tilt = std::abs(check.value);
  if (tilt <= kRollWarn) return check;
  check.verdict = tilt > kRollFail ? Verdict::fail : Verdict::warn;
  check.problem = sentence("The head is tilted by ", tilt, 0, " degrees");
  return check;
}

FaceCheck padding_check(const FacePreset& preset, double padding) {
  FaceCheck check{
      .name = "padding", .value = padding < kPixelSlack ? 0.0 : padding, .allowed = {0.0, 0.0}, .unit = "px"};
  if (check.value <= 0.0) return check;
  check.verdict = padding > preset.padding_max * preset.size.height ? Verdict::fail : Verdict::warn;
  check.problem =
      sentence("The photo ends too close to the head: ", padding, 0, " pixels of the picture are filled");
  return check;
}

FaceCheck eye_distance_check(const FacePreset& preset, double eye_distance) {
  FaceCheck check{.name = "eyeDistance",
                  .value = eye_distance,
                  .allowed = {preset.eye_distance_min, std::numeric_limits<double>::infinity()},
                  .unit = "px"};
  if (eye_distance >= preset.eye_distance_min) return check;
  check.verdict = preset.too_small_fails ? Verdict::fail : Verdict::warn;
  check.problem = sentence("The face is small in the photo: the eyes are ", eye_distance, 0, " pixels apart");
  return check;
}

FaceCheck enlargement_check(double scale) {
  FaceCheck check{.name = "enlargement", .value = scale, .allowed = {0.0, kEnlargementWarn}, .unit = "times"};
  if (scale <= kEnlargementWarn + kSlack) return check;
  check.verdict = scale > kEnlargementFail ? Verdict::fail : Verdict::warn;
  check.problem = sentence("The face had to be enlarged ", scale, 1, " times");
  return check;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
  }
  return "fail";
}

double Padding::largest() const { return std::max({left, top, right, bottom}); }

Padding padding_of(const Affine& to_output, Size photo, Size output) {
  const Affine to_photo = to_output.inverse();
  const double scale = to_output.scale();
  Padding out;
  for (const double x : {0.0, static_cast<double>(output.width)}) {
    for (const double y : {0.0, static_cast<double>(output.height)}) {
      const Point corner = to_photo({x, y});
      out.left = std::max(out.left, -corner.x * scale);
      out.top = std::max(out.top, -corner.y * scale);
      out.right = std::max(out.right, (corner.x - photo.width) * scale);
      out.bottom = std::max(out.bottom, (corner.y - photo.height) * scale);
    }
  }
  return out;
}

std::vector<FaceCheck> check_face_crop(const FacePreset& preset, const FaceMeasures& head,
                                       const Affine& to_output, Size photo) {
  const Ruler ruler = ruler_of(preset);
  const double height = preset.size.height;
  const double scale = to_output.scale();
  const double head_share = head.head_height * scale / height;
  const double eyes_share = to_output(head.eyes).y / height;
  const double crown_share = eyes_share - head.crown_to_eyes() * scale / height;

  std::vector<FaceCheck> checks;
  checks.push_back(roll_check(head.roll));
  checks.push_back(length_check("headHeight", head_share, preset.head_height_range, ruler,
                                "The head's height is outside what is allowed"));
  // From the bottom, as offices write it.
  checks.push_back(length_check("eyeLine", 1.0 - eyes_share,
                                {1.0 - preset.eye_line_range.most, 1.0 - preset.eye_line_range.least}, ruler,
                                "The height of the eyes is outside what is allowed"));
  if (preset.crown_top_range)
    checks.push_back(length_check("crown", crown_share, *preset.crown_top_range, ruler,
                                  "The distance of the crown from the top is outside what is allowed"));
  checks.push_back(padding_check(preset, padding_of(to_output, photo, preset.size).largest()));
  checks.push_back(eye_distance_check(preset, head.eye_distance));
  checks.push_back(enlargement_check(scale));
  return checks;
}

}  // namespace cutroom::imaging
