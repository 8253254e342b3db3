#pragma once

#include <cstdint>
#include <span>

#include "adapters/codec_vips/vips_encode.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::codec_vips {

// ImageCodec::decode. Throws what libvips throws where a file is damaged.
Result<imaging::Decoded> decode_file(std::span<const std::uint8_t>, const imaging::DecodeLimits&);

// What a file that decode_file has read says beside its pixels. Blocks larger than a JPEG can hold are left
// out.
Metadata read_metadata(std::span<const std::uint8_t>);

}  // namespace cutroom::codec_vips
