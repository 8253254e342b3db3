// Resizing as IMG.LY's own code does it.
#pragma once

#include "imaging/image.hpp"

namespace cutroom::imaging {

// Fills `to`, which has the bands of `from`. Output sample x is the source at x * from / to, between its
// neighbours.
void sample_bilinear(const Image& from, Image& to);

}  // namespace cutroom::imaging
