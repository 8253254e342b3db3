// PNG files, fast: a photo's cut-out in a third of a general compressor's time and no bigger.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::codec_vips {

// 1, 3 or 4 bands: grey, RGB or RGBA, 8 bits, sRGB. `dots_per_inch` 0: not written. too_large: more than a
// PNG chunk can hold (2 GiB).
Result<Bytes> encode_png(const imaging::Image&, double dots_per_inch = 0.0);

}  // namespace cutroom::codec_vips
