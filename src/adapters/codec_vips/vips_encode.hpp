#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::codec_vips {

// EXIF, XMP, IPTC as they lie in a file, by libvips' names for them.
struct MetadataBlock {
  std::string name;
  Bytes bytes;
};
using Metadata = std::vector<MetadataBlock>;

// Whether this machine's libraries can write the format: AV1 encoders are packaged apart.
bool can_encode(imaging::Format);

// JPEG, WebP, AVIF; PNG too, for what needs metadata. Throws what libvips throws. too_large: more pixels a
// side than the format can hold.
Result<Bytes> encode_with_vips(const imaging::Image&, const imaging::EncodeOptions&, const Metadata& = {});

}  // namespace cutroom::codec_vips
