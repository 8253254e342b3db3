// BMP files, of which libvips has no loader that is meant for untrusted files.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "imaging/image.hpp"

namespace cutroom::codec_vips {

struct BmpHead {
  imaging::Size size;
  bool is_top_down = false;
  int bits = 0;                // 8, 24 or 32 a pixel.
  std::size_t palette_at = 0;  // With 8 bits: four bytes an entry, blue first.
  std::size_t palette_entries = 0;
  std::size_t pixels_at = 0;
};

// unsupported_media: a kind of BMP that isn't read (compressed, 1, 4 or 16 bits). corrupt_media: not a BMP's
// head.
Result<BmpHead> read_bmp_head(std::span<const std::uint8_t>);

// RGB. The fourth byte of 32-bit files is mostly unused and hence ignored. corrupt_media: cut off.
Result<imaging::Image> read_bmp(std::span<const std::uint8_t>, const BmpHead&);

}  // namespace cutroom::codec_vips
