// Means over windows in constant time a pixel, whatever their size.
#pragma once

#include <vector>

#include "imaging/image.hpp"

namespace cutroom::imaging {

// Of each pixel's (2 * radius + 1)-square as far as it lies in the picture. Row by row, one sample a pixel.
std::vector<float> box_mean(const std::vector<float>& values, Size, int radius);

// A Gaussian blur, by three means; outside the mask is 0.
Mask blurred(const Mask&, double sigma);

}  // namespace cutroom::imaging
