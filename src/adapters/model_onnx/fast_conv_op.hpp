// The operator that fast_convs.hpp puts into models, for ONNX Runtime. Only for the .cpp files of this
// folder.
#pragma once

#include <vector>

#include <onnxruntime_cxx_api.h>

#include "adapters/model_onnx/fast_convs.hpp"

namespace cutroom::model_onnx {

class FastConvKernel {
 public:
  FastConvKernel(const FastConv& conv, int threads) : conv_(conv), threads_(threads) {}
  OrtStatusPtr ComputeV2(OrtKernelContext*);

 private:
  void run(Ort::KernelContext&) const;

  const FastConv& conv_;
  const int threads_;
};

// Must outlive every session it is registered with.
class FastConvOp : public Ort::CustomOpBase<FastConvOp, FastConvKernel, true> {
 public:
  // `threads`: those of the session.
  FastConvOp(std::vector<FastConv> convs, int threads) : convs_(std::move(convs)), threads_(threads) {}

  const char* GetName() const { return kFastConvName; }
  std::size_t GetInputTypeCount() const { return 2; }
  ONNXTensorElementDataType GetInputType(std::size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
  OrtCustomOpInputOutputCharacteristic GetInputCharacteristic(std::size_t index) const {
    return index == 0 ? INPUT_OUTPUT_REQUIRED : INPUT_OUTPUT_OPTIONAL;
  }
  std::size_t GetOutputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetOutputType(std::size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
  OrtStatusPtr CreateKernelV2(const OrtApi&, const OrtKernelInfo*, void** kernel) const;
  static Ort::Status InferOutputShape(Ort::ShapeInferContext&);

 private:
  const std::vector<FastConv> convs_;
  const int threads_;
};

}  // namespace cutroom::model_onnx
