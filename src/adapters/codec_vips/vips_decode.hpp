#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::codec_vips {

// ImageCodec::decode. Throws what libvips throws where a file is damaged.
Result<imaging::Decoded> decode_file(std::span<const std::uint8_t>, const imaging::DecodeLimits&);

}  // namespace cutroom::codec_vips
