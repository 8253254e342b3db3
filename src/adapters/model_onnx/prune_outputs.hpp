// Takes from an ONNX model the outputs nobody reads. The runtime then drops the nodes that made only them:
// for IS-Net, which has eleven side outputs from its training, that is 4 to 5 % of the time; asking the
// runtime for fewer outputs alone saves nothing.
#pragma once

#include <optional>

#include "adapters/model_onnx/onnx_wire.hpp"

namespace cutroom::model_onnx {

// The model with its `index`-th output (from 0) alone. nullopt: it has no such output or no other, or can't
// be understood; then it is to be used as it is.
std::optional<Buffer> prune_outputs(View model, int index);

}  // namespace cutroom::model_onnx
