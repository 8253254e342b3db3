// Between imaging's pictures and libvips'.
#pragma once

#include <vips/vips8>

#include "imaging/image.hpp"

namespace cutroom::codec_vips {

// The picture's own memory, not a copy: valid as long as `image` is.
vips::VImage view_of(const imaging::Image& image);

// Computes it, straight into our memory. 8 bits.
imaging::Image computed(const vips::VImage&);

}  // namespace cutroom::codec_vips
