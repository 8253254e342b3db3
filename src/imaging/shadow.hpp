// A soft shadow under a subject.
#pragma once

#include "imaging/cut_out_options.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

// How much shadow lies on each pixel, 0..255. `subject_side`: the longer side of the subject on this result,
// pixels, which the shadow's lengths are shares of.
Mask shadow_of(const Mask& coverage, const Shadow&, int subject_side);

// Puts the shadow under the subject: one layer with straight alpha that looks the same on any background as
// both would, the subject over the shadow.
void add_shadow(Image& rgb, Mask& coverage, const Mask& shadow, Rgb colour);

}  // namespace cutroom::imaging
