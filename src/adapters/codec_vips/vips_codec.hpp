// imaging::ImageCodec with libvips, and PNG files with an encoder of our own.
#pragma once

#include "adapters/codec_vips/vips_library.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::codec_vips {

class VipsCodec final : public imaging::ImageCodec {
 public:
  explicit VipsCodec(const VipsLibrary&) {}

  Result<imaging::Decoded> decode(std::span<const std::uint8_t>, const imaging::DecodeLimits&) const override;
  Result<Bytes> encode(const imaging::Image&, const imaging::EncodeOptions&) const override;
};

}  // namespace cutroom::codec_vips
