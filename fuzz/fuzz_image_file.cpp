// A file as a vendor hands it in: sniffing, the header's size, decoding within small limits. What is decoded
// is as large as its header said, within the limits.
#include <cstdint>
#include <cstdlib>

#include "adapters/codec_vips/vips_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cutroom::codec_vips::VipsLibrary vips;
  static const cutroom::codec_vips::VipsCodec codec(vips);
  constexpr std::size_t kPixelsMax = 64UL * 64UL;
  const auto decoded = codec.decode({data, size}, {.bytes_max = 1U << 20U, .pixels_max = kPixelsMax});
  if (!decoded) return 0;
  const auto& image = decoded->rgb;
  if (image.bands != 3 || image.size.pixels() == 0 || image.size.pixels() > kPixelsMax ||
      image.samples.size() != image.size.pixels() * 3)
    std::abort();
  return 0;
}
