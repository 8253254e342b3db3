#include "imaging/face_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>

#include "imaging/face_choice.hpp"

namespace cutroom::imaging {
namespace {

Error unusable(std::string message) { return {.code = Errc::face_unusable, .message = std::move(message)}; }

// How many places the search below tries in each direction of each range.
constexpr int kSteps = 8;
// A pixel of fill is as bad as this many pixels away from where the preset wants head and eyes.
constexpr double kPaddingWeight = 10.0;

bool crown_is_right(const FacePreset& preset, const FaceMeasures& head, const CropTarget& target) {
  const double scale = target.head_height / head.head_height;
  const double crown = target.eye_line - head.crown_to_eyes() * scale;
  const double chin = target.eye_line + head.eyes_to_chin * scale;
  const Range range = preset.crown_top_range.value_or(Range{0.0, 1.0});
  return range.holds(crown / preset.size.height) && chin <= preset.size.height;
}

// Where the photo ends too close to the head, another place inside the preset's ranges may need less fill.
CropTarget least_filled(const FacePreset& preset, const FaceMeasures& head, Size photo) {
  const CropTarget wanted = target_of(preset, head);
  const auto cost = [&](const CropTarget& target) {
    const double fill = padding_of(crop_transform(head, target), photo, preset.size).largest();
    return kPaddingWeight * fill + std::abs(target.head_height - wanted.head_height) +
           std::abs(target.eye_line - wanted.eye_line);
  };
  CropTarget best = wanted;
  double best_cost = cost(wanted);
  if (best_cost < kPaddingWeight / 2.0) return wanted;

  const double height = preset.size.height;
  const Range heads{wanted.head_height, preset.head_height_range.most * height};
  const Range lines{preset.eye_line_range.least * height, preset.eye_line_range.most * height};
  const auto at = [](Range range, int step) {
    return range.least + (range.most - range.least) * step / kSteps;
  };
  for (int i = 0; i <= kSteps; ++i) {
    for (int k = -1; k <= kSteps; ++k) {
      const CropTarget target{.size = preset.size,
                              .head_height = at(heads, i),
                              .eye_line = k < 0 ? wanted.eye_line : at(lines, k)};
      if (!crown_is_right(preset, head, target)) continue;
      if (const double found = cost(target); found < best_cost) {
        best = target;
        best_cost = found;
      }
    }
  }
  return best;
}

Result<void> is_usable(const FaceMeasures& head, const FacePreset& preset, const FaceRules& rules) {
  std::array<char, 200> text{};
  const double least = preset.too_small_fails ? preset.eye_distance_min : kEyeDistanceLeast;
  if (head.eye_distance < std::max(least, kEyeDistanceLeast)) {
    std::snprintf(
        text.data(), text.size(),
        "The face is too small in the photo: the eyes are %.0f pixels apart, at least %.0f are needed",
        head.eye_distance, std::max(least, kEyeDistanceLeast));
    return unusable(text.data());
  }
  const double tilt = std::abs(head.roll) * 180.0 / std::numbers::pi;
  if (tilt > kRollFail && !rules.allow_tilted) {
    std::snprintf(text.data(), text.size(),
                  "The head is tilted by %.0f degrees in the photo; at most %.0f are allowed", tilt,
                  kRollFail);
    return unusable(text.data());
  }
  return {};
}

}  // namespace

Result<FaceCropPlan> plan_face_crop(std::span<const DetectedFace> faces, Size photo, const FacePreset& preset,
                                    const FaceRules& rules) {
  const auto face = choose_face(faces, photo, rules.allow_several);
  if (!face) return face.error();
  return plan_face_crop(*face, measure_face(*face), photo, preset, rules);
}

Result<FaceCropPlan> plan_face_crop(const DetectedFace& face, const FaceMeasures& head, Size photo,
                                    const FacePreset& preset, const FaceRules& rules) {
  if (const auto usable = is_usable(head, preset, rules); !usable) return usable.error();
  FaceCropPlan plan{.face = face, .head = head, .target = least_filled(preset, head, photo)};
  plan.to_output = crop_transform(head, plan.target);
  plan.padding = padding_of(plan.to_output, photo, preset.size);
  plan.report = check_face_crop(preset, head, plan.to_output, photo);
  if (rules.strict)
    for (const FaceCheck& check : plan.report)
      if (check.verdict == Verdict::fail) return unusable(check.problem);
  return plan;
}

}  // namespace cutroom::imaging
