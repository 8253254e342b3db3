// Fits a mask to the photo's own edges: models look at a small copy, so that the edges of their masks are as
// soft as the enlargement makes them. Guided filter after He, Sun, Tang: "Guided Image Filtering" (2013),
// with the colours as guide, in its fast form ("Fast Guided Filter", 2015): the linear model of mask by
// colour is computed on a small copy and applied at full size. Other than published, pixels count the less
// the less decided the mask is there: the plain form keeps a skirt of the soft edge that it is given.
#pragma once

#include "imaging/image.hpp"

namespace cutroom::imaging {

// `mask` has the picture's size. Changes it only where it is undecided and near to there.
Mask refine_guided(const Image& rgb, const Mask& mask);

// The same with `small_alpha` (of a small copy of the picture) in place of the mask's own; what is undecided
// is said by `small_unknown` (not 0), of the same size.
Mask enlarge_guided(const Image& rgb, Mask mask, const Mask& small_alpha, const Mask& small_unknown);

// The small copy's size: at most what models see.
inline constexpr int kGuidedSideMax = 1024;
Size guided_size(Size picture);

}  // namespace cutroom::imaging
