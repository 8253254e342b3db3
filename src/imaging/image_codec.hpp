// PORT. Between files and pictures. Blocking and CPU-bound: call on a pool thread. Safe on bytes from anyone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

struct DecodeLimits {
  std::size_t bytes_max = 50U << 20U;
  std::size_t pixels_max = 50'000'000;  // Checked on the header, before a pixel is decoded.
};

struct Decoded {
  Image rgb;                  // sRGB, 3 bands, EXIF orientation applied.
  std::optional<Mask> alpha;  // Where the file had one that isn't opaque everywhere.
  std::string format;         // jpeg, png, webp, avif, heic, tiff, gif, bmp
};

enum class Format : std::uint8_t { png, webp, jpeg, avif };
std::optional<Format> format_from(std::string_view word);  // "jpg" too.
std::string_view to_string(Format);
std::string_view content_type(Format);
std::string_view file_extension(Format);  // Without dot: "jpg".
bool has_transparency(Format);

struct EncodeOptions {
  Format format = Format::png;
  int quality = 90;            // jpeg, webp, avif: 1..100.
  double dots_per_inch = 0.0;  // Written into jpeg and png for whoever prints them; 0: nothing is said.
};

class ImageCodec {
 public:
  virtual ~ImageCodec() = default;

  // unsupported_media: by the magic bytes not an image that is accepted (SVG, PDF, HTML ...); too_large:
  // bytes or pixels; corrupt_media: unreadable or cut off.
  virtual Result<Decoded> decode(std::span<const std::uint8_t>, const DecodeLimits&) const = 0;

  // Any bands; jpeg refuses 4 (compose onto a background first). invalid_input where this machine can't write
  // the format.
  virtual Result<Bytes> encode(const Image&, const EncodeOptions&) const = 0;
};

}  // namespace cutroom::imaging
