// imaging::FaceDetector with dlib's HOG detector, which is compiled in and needs no file. It gives boxes
// only: the eyes are where they are in most faces, unless a shape predictor's file tells better.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "imaging/face_detector.hpp"

namespace cutroom::face_dlib {

struct DlibOptions {
  // A shape predictor of dlib's with 5 or 68 points; empty: none.
  std::filesystem::path landmarks_file;
};

// not_found: no such file. invalid_input: it is no shape predictor, or one with other points.
Result<std::unique_ptr<imaging::FaceDetector>> make_dlib_detector(const DlibOptions&);

}  // namespace cutroom::face_dlib
