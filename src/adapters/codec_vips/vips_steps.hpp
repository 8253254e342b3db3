// The steps of an edit over libvips' pictures: 8 bits, sRGB, 3 bands or 4 with straight alpha.
#pragma once

#include <map>
#include <string>

#include <vips/vips8>

#include "base/error.hpp"
#include "imaging/image_operations.hpp"

namespace cutroom::codec_vips {

// Overlay pictures by Watermark::image_url.
using OverlayPictures = std::map<std::string, vips::VImage>;

// Nothing is computed yet, but for what has to look at the picture first. Throws what libvips throws.
// invalid_input: can't be done to this picture; the message is what follows "operations[n]".
Result<vips::VImage> apply_step(const vips::VImage&, const imaging::AnyStep&, const OverlayPictures&);

// The picture with a watermark on it (vips_watermark.cpp).
Result<vips::VImage> watermarked(const vips::VImage&, const imaging::Watermark&, const OverlayPictures&);

// To exactly this size; transparent pixels' colours don't bleed into the others.
vips::VImage scaled_to(const vips::VImage&, imaging::Size, VipsKernel = VIPS_KERNEL_LANCZOS3);

// With an opaque alpha band where it has none.
vips::VImage with_alpha_band(const vips::VImage&);

inline imaging::Size size_of(const vips::VImage& image) { return {image.width(), image.height()}; }

}  // namespace cutroom::codec_vips
