// Resizing of 8-bit pictures with exactly Pillow's arithmetic (its 22-bit fixed-point weights, horizontal
// pass first, each pass rounded to 8 bits), because the models were trained and are compared with pictures
// resized by it.
#pragma once

#include "imaging/image.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::imaging {

// `from`: 1 or 3 bands, not empty; `to`: at least 1 x 1. Overshoot is clamped.
Image resample(const Image& from, Size to, Filter);

}  // namespace cutroom::imaging
