// Takes the 3 x 3 convolutions out of an ONNX model that winograd.hpp does faster than the runtime, and puts
// calls of our own operator (fast_conv_op.hpp) in their places. IS-Net spends nine tenths of its time in
// them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "adapters/model_onnx/onnx_wire.hpp"
#include "adapters/model_onnx/winograd.hpp"

namespace cutroom::model_onnx {

// Floats on a boundary of 64 bytes, with any content at first.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count)
      : floats_(static_cast<float*>(::operator new(count * sizeof(float), kAlignment))), count_(count) {}
  float* data() { return floats_.get(); }
  const float* data() const { return floats_.get(); }
  std::size_t size() const { return count_; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(float* floats) const { ::operator delete(floats, kAlignment); }
  };
  std::unique_ptr<float, Free> floats_;
  std::size_t count_ = 0;
};

struct FastConv {
  int channels_in = 0;
  int channels_out = 0;
  AlignedFloats weights;  // Transformed.
  std::vector<float> bias;
  bool relu = false;
};

// The operator's name, domain and attributes in the rewritten model. Inputs: the picture, and the rest of its
// channels where two tensors were joined for it.
inline constexpr char kFastConvDomain[] = "cutroom";
inline constexpr char kFastConvName[] = "FastConv3x3";
inline constexpr char kFastConvIndex[] = "index";        // In FastModel::convs.
inline constexpr char kFastConvChannels[] = "channels";  // Of the output.

struct FastModel {
  Buffer model;
  std::vector<FastConv> convs;
};

// `model` in single precision. nullopt: it has no such convolution, or can't be understood; use it as it is.
std::optional<FastModel> take_out_convs(View model);

}  // namespace cutroom::model_onnx
