// From a picture to what a model takes, as its ModelSpec says.
#pragma once

#include "imaging/image.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::imaging {

// How a picture lies in the model's input.
struct Placement {
  Size input;   // The model's input.
  Size scaled;  // The picture in it, from the top-left corner; the rest is padding.
};
Placement place(Size picture, const ModelSpec&);

// `rgb`: 3 bands, not empty.
Tensor to_tensor(const Image& rgb, const ModelSpec&);

}  // namespace cutroom::imaging
