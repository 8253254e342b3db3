#include "adapters/codec_vips/vips_codec.hpp"

#include "adapters/codec_vips/png_encoder.hpp"
#include "adapters/codec_vips/vips_decode.hpp"
#include "adapters/codec_vips/vips_encode.hpp"
#include "adapters/codec_vips/vips_guard.hpp"

namespace cutroom::codec_vips {

Result<imaging::Decoded> VipsCodec::decode(std::span<const std::uint8_t> file,
                                           const imaging::DecodeLimits& limits) const {
  return guarded(Errc::corrupt_media, [&] { return decode_file(file, limits); });
}

Result<Bytes> VipsCodec::encode(const imaging::Image& image, const imaging::EncodeOptions& options) const {
  if (options.format == imaging::Format::png) return encode_png(image, options.dots_per_inch);
  return guarded(Errc::internal, [&] { return encode_with_vips(image, options); });
}

}  // namespace cutroom::codec_vips
