// The sample photo, and the detectors to look at it with.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "adapters/codec_vips/vips_codec.hpp"
#include "imaging/face_detector.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::test {

const imaging::ImageCodec& codec();
// A photo of .deps/samples; nullopt: it was not fetched.
std::optional<imaging::Image> sample(const std::string& name);
imaging::Image copy_of(const imaging::Image&);
// Turned to the right (clockwise) around the middle, in a canvas of the same size.
imaging::Image turned(const imaging::Image&, double degrees);
imaging::Image side_by_side(const imaging::Image&, int times);

// "dlib", "yunet" (a fixed input size) or "yunet-dynamic"; nullptr where its file is not there.
std::unique_ptr<imaging::FaceDetector> detector(const std::string& kind);
// Of YuNet's file; empty where it is not there.
std::string yunet_file(const std::string& kind);

const imaging::FacePresets& presets();

}  // namespace cutroom::test
