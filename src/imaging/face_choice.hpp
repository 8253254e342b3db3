// Whose face the photo is of.
#pragma once

#include <span>

#include "imaging/face_detector.hpp"

namespace cutroom::imaging {

// The largest face, where one in the middle counts for more. face_unusable: there is none; or, unless
// `allow_several`, another one is half as large or more, so that nobody can tell which was meant.
Result<DetectedFace> choose_face(std::span<const DetectedFace>, Size photo, bool allow_several);

}  // namespace cutroom::imaging
