// Which face detector runs: YuNet where its file is, else the one that is compiled in.
#pragma once

#include <memory>

#include "app/settings.hpp"
#include "base/error.hpp"
#include "imaging/face_detector.hpp"

namespace cutroom::app {

// By the settings faces.model and faces.landmarks_file. not_found: YuNet is wanted and not there; the message
// says where it comes from.
Result<std::unique_ptr<imaging::FaceDetector>> make_face_detector(const Settings&);

}  // namespace cutroom::app
