// Decides how a photo is cropped by a preset, or why it can't be. Pure: faces in, transform and report out.
#pragma once

#include <span>
#include <vector>

#include "imaging/face_report.hpp"

namespace cutroom::imaging {

struct FaceRules {
  bool allow_several = false;  // Take the most prominent face where there are several.
  bool allow_tilted = false;   // A head that leans by more than kRollFail is turned upright all the same.
  bool strict = false;         // A check that fails is an error.
};

struct FaceCropPlan {
  DetectedFace face;
  FaceMeasures head;
  CropTarget target;
  Affine to_output;
  Padding padding;
  std::vector<FaceCheck> report;
};

// Below it there is no face to be shown, only a few pixels of one: always an error.
inline constexpr double kEyeDistanceLeast = 24.0;

// face_unusable, each with a reason a person can read: no face, several, too small, tilted, or with `strict`
// the first check that fails.
Result<FaceCropPlan> plan_face_crop(std::span<const DetectedFace>, Size photo, const FacePreset&,
                                    const FaceRules&);

// The plan for a face that was chosen, with better measures of its head.
Result<FaceCropPlan> plan_face_crop(const DetectedFace&, const FaceMeasures&, Size photo, const FacePreset&,
                                    const FaceRules&);

}  // namespace cutroom::imaging
