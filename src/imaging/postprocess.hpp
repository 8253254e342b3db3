// From what a model gives to a mask of the picture, as its ModelSpec says.
#pragma once

#include "base/error.hpp"
#include "imaging/image.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::imaging {

// The mask at the model's resolution, padding cut off: channel, activation, min-max or classes, times 255 cut
// off to whole numbers. model_failed: the output has not the channels the ModelSpec names, or is empty.
Result<Mask> to_small_mask(const Tensor& output, Size picture, const ModelSpec&);

// The same at the picture's size.
Result<Mask> to_mask(const Tensor& output, Size picture, const ModelSpec&);

}  // namespace cutroom::imaging
