// Turns a model stored in half precision into one in single precision.
//
// Processors that can't compute with halves make the runtime convert what passes between two nodes back and
// forth: for IS-Net (the "medium" file), whose weights are halves to save download, that is 4 to 5 % of the
// time. The result differs from the original's by less than the rounding to halves that is left out.
#pragma once

#include <optional>

#include "adapters/model_onnx/onnx_wire.hpp"

namespace cutroom::model_onnx {

// nullopt: the model has no half-precision weights, or has something this can't be sure about (halves as
// inputs or outputs, graphs inside nodes, weights in other files); then it is to be used as it is.
std::optional<Buffer> widen_halves(View model);

}  // namespace cutroom::model_onnx
