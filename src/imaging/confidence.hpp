// How sure a model is of its mask, as one figure.
#pragma once

#include "imaging/image.hpp"

namespace cutroom::imaging {

// 0..1. With
//   F  the foreground: pixels of 128 or more,
//   U  the undecided: pixels from 26 to 229 (0.1 to 0.9),
//   E  the undecided that edges explain: steps over 128 between neighbours, times 4, times how much the mask
//      was enlarged from the 1024 pixels that models work at (an edge of a decided mask is some 4 of those
//      wide),
// it is 1 - (U - E) / F, cut off at 0 and 1; 0 where there is no foreground. Hair and glass lower it a
// little, a subject that the model isn't sure of lowers it much. Of large masks every n-th row is counted.
double mask_confidence(const Mask&);

}  // namespace cutroom::imaging
