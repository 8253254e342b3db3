// The loaded network: one picture in, the outputs of one run out. Only for the .cpp files of this folder.
#pragma once

#include <string>
#include <vector>

#include <onnxruntime_cxx_api.h>

#include "adapters/face_yunet/yunet_outputs.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::face_yunet {

// Runs `fn`, which returns a Result; what ONNX Runtime throws becomes model_failed. The only place where it
// is caught.
template <class Fn>
std::invoke_result_t<Fn> guarded(Fn fn) {
  try {
    return fn();
  } catch (const Ort::Exception& error) {
    return Error{.code = Errc::model_failed, .detail = std::string("yunet: ") + error.what()};
  }
}

class YunetSession {
 public:
  // Throws Ort::Exception. `model`: an ONNX file, not needed afterwards.
  explicit YunetSession(const Bytes& model);

  // Whether this is the network it should be.
  Result<void> check() const;

  // The input that a picture of this size gets: the network's own, or the next multiples of 32.
  imaging::Size input_for(imaging::Size picture) const;
  // The largest picture that fits.
  imaging::Size picture_max() const;

  // Throws Ort::Exception. `picture` goes to the top left of the input; the rest is black. From any thread.
  std::vector<imaging::DetectedFace> run(const imaging::Image& picture, double score_least) const;

 private:
  Ort::Env env_;  // All of a process share one inside the library.
  // Run() is const in all but its declaration: documented as safe from many threads.
  mutable Ort::Session session_{nullptr};
  std::string input_name_;
  std::vector<std::int64_t> input_shape_;
  std::vector<std::string> output_names_;  // What the network has.
};

}  // namespace cutroom::face_yunet
