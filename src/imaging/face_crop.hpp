// Takes a piece out of a picture, turned and scaled, without the steps and the shimmer that picking single
// pixels gives.
#pragma once

#include "imaging/face_geometry.hpp"

namespace cutroom::imaging {

// `picture`: 3 bands, not empty. `fill` is what lies beyond its edges. `to_output` turns, scales and moves
// only; the scale is above 0. Blocking, CPU-bound.
Image transformed(const Image& picture, const Affine& to_output, Size output, Rgb fill);

// The smallest rectangle of the picture that `transformed` needs, grown by `margin` times its longer side on
// each side, and cut at the picture's edges. Empty where the output lies beside the picture.
Rect needed_region(Size picture, const Affine& to_output, Size output, double margin);

}  // namespace cutroom::imaging
