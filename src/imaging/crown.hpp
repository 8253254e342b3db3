// The top of a head as a mask shows it.
#pragma once

#include "imaging/face_geometry.hpp"

namespace cutroom::imaging {

// How far foreground goes on from the eyes towards the crown, in pixels: the farthest of the columns between
// the middles of the eyes, in the upright head. `head` is in the mask's coordinates.
double crown_above_eyes(const Mask&, const FaceMeasures& head);

}  // namespace cutroom::imaging
