// A loaded model: ONNX Runtime's session, and what it takes and gives. Only for the .cpp files of this
// folder.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <onnxruntime_cxx_api.h>

#include "adapters/model_onnx/fast_conv_op.hpp"
#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::model_onnx {

// Runs `fn`, which returns a Result; what ONNX Runtime throws becomes model_failed. The only place where it
// is caught.
template <class Fn>
std::invoke_result_t<Fn> guarded(const std::string& model, Fn fn) {
  try {
    return fn();
  } catch (const Ort::Exception& error) {
    return Error{.code = Errc::model_failed, .detail = model + ": " + error.what()};
  }
}

// How many threads a run has.
int threads_of(const OnnxOptions&);

class OnnxSession {
 public:
  // Both throw Ort::Exception. `model`: the bytes of an ONNX file, not needed afterwards. `fast`: the
  // operator in it that the runtime does not know, or nullptr.
  OnnxSession(std::span<const std::uint8_t> model, const OnnxOptions&, int output,
              std::unique_ptr<FastConvOp> fast);
  imaging::Tensor run(imaging::Tensor input, std::stop_token);

  // Whether input and output are what `spec` says.
  Result<void> check(const imaging::ModelSpec& spec) const;

 private:
  struct Value {
    std::string name;
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::vector<std::int64_t> shape;  // -1: any.
  };

  std::unique_ptr<FastConvOp> fast_;
  Ort::CustomOpDomain fast_domain_{nullptr};
  Ort::Env env_;  // All of a process share one inside the library; it lives as long as one of them.
  Ort::Session session_{nullptr};
  Value input_;
  Value output_;
  std::size_t inputs_ = 0;
};

}  // namespace cutroom::model_onnx
