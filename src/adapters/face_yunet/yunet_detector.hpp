// imaging::FaceDetector with the YuNet network on ONNX Runtime: box and five landmarks of every face, also of
// leaning and half-turned ones.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "imaging/face_detector.hpp"

namespace cutroom::face_yunet {

struct YunetOptions {
  std::filesystem::path file;  // With a fixed input size, or one that is left open.
  std::string sha256;          // What it must hash to; empty: not checked.
  double score_least = 0.7;
};

// not_found: no such file. invalid_input: another file than the hash says, or not this network. model_failed:
// the runtime refused it.
Result<std::unique_ptr<imaging::FaceDetector>> load_yunet(const YunetOptions&);

}  // namespace cutroom::face_yunet
