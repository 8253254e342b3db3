// Takes from an ONNX model the outputs nobody reads, and with them the nodes that make only them. The runtime
// computes such nodes, also when they lead nowhere: for IS-Net, which has eleven side outputs from its
// training, that is 8 % of the time.
#pragma once

#include <optional>

#include "adapters/model_onnx/onnx_wire.hpp"

namespace cutroom::model_onnx {

// The model with its `index`-th output (from 0) alone. nullopt: it has no such output or no other, or can't
// be understood; then it is to be used as it is.
std::optional<Buffer> prune_outputs(View model, int index);

}  // namespace cutroom::model_onnx
