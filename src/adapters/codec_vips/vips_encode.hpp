#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::codec_vips {

// JPEG and WebP. Throws what libvips throws. too_large: more pixels a side than the format can hold.
Result<Bytes> encode_with_vips(const imaging::Image&, const imaging::EncodeOptions&);

}  // namespace cutroom::codec_vips
