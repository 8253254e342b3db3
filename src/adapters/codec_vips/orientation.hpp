// EXIF's orientation: how a camera was held.
#pragma once

#include "imaging/image.hpp"

namespace cutroom::codec_vips {

// The picture upright. `orientation`: EXIF's 1..8; anything else is taken as 1. 1 or 3 bands.
imaging::Image upright(imaging::Image, int orientation);

}  // namespace cutroom::codec_vips
