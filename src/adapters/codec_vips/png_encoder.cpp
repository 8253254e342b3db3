#include "adapters/codec_vips/png_encoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include <libdeflate.h>

#include "adapters/codec_vips/png_filter.hpp"
#include "adapters/codec_vips/run_deflate.hpp"

namespace cutroom::codec_vips {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::size_t kChunkBytes = 12;  // Length, name, checksum.

void put_be32(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// Writes what belongs around `length` bytes of content that stand at `chunk` + 8; returns the chunk's end.
std::uint8_t* close_chunk(std::uint8_t* chunk, std::string_view name, std::size_t length) {
  put_be32(chunk, static_cast<std::uint32_t>(length));
  std::memcpy(chunk + 4, name.data(), 4);
  put_be32(chunk + 8 + length, libdeflate_crc32(0, chunk + 4, 4 + length));
  return chunk + kChunkBytes + length;
}

std::uint8_t* write_head(std::uint8_t* to, const imaging::Image& image, double dots_per_inch) {
  std::memcpy(to, kSignature.data(), kSignature.size());
  to += kSignature.size();
  std::uint8_t* ihdr = to + 8;
  put_be32(ihdr, static_cast<std::uint32_t>(image.size.width));
  put_be32(ihdr + 4, static_cast<std::uint32_t>(image.size.height));
  ihdr[8] = 8;  // Bits a sample.
  ihdr[9] = image.bands == 1 ? 0 : image.bands == 3 ? 2 : 6;
  ihdr[10] = ihdr[11] = ihdr[12] = 0;
  to = close_chunk(to, "IHDR", 13);
  if (image.bands > 1) {  // A mask's values are no colours.
    to[8] = 0;            // Perceptual.
    to = close_chunk(to, "sRGB", 1);
  }
  if (dots_per_inch > 0.0) {
    constexpr double kInchesPerMetre = 1.0 / 0.0254;
    const auto per_metre = static_cast<std::uint32_t>(std::lround(dots_per_inch * kInchesPerMetre));
    put_be32(to + 8, per_metre);
    put_be32(to + 12, per_metre);
    to[16] = 1;  // The unit: metre.
    to = close_chunk(to, "pHYs", 9);
  }
  return to;
}

constexpr std::size_t kHeadBytesMax =
    kSignature.size() + kChunkBytes + 13 + kChunkBytes + 1 + kChunkBytes + 9;

Extent united(Extent a, Extent b) {
  if (a.begin == a.end) return b;
  if (b.begin == b.end) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

// The picture as a zlib stream (RFC 1950); returns its end.
std::uint8_t* write_pixels(std::uint8_t* to, const imaging::Image& image, std::size_t rows_per_block) {
  to[0] = 0x78;  // DEFLATE, a window of 32 KiB.
  to[1] = 0x01;
  RunDeflate deflate(to + 2);
  const std::size_t stride = image.stride();
  std::vector<std::uint8_t> filtered(rows_per_block * (stride + 1));
  const std::vector<std::uint8_t> zeros(stride);
  std::uint32_t checksum = libdeflate_adler32(0, nullptr, 0);
  std::uint8_t* end = filtered.data();
  Extent above_extent;
  for (int y = 0; y < image.size.height; ++y) {
    *end = kPaeth;
    // Most of a cut-out is empty, and what is predicted from nothing to be nothing needs no computing.
    const Extent extent = nonzero_extent(image.row(y), stride);
    const Extent both = united(extent, above_extent);
    above_extent = extent;
    const std::size_t begin = both.begin - both.begin % static_cast<std::size_t>(image.bands);
    // The prediction of the pixel behind the last one is that pixel's neighbourhood: not nothing.
    const std::size_t filtered_end = std::min(stride, both.end + static_cast<std::size_t>(image.bands));
    std::memset(end + 1, 0, begin);
    filter_paeth(end + 1 + begin, image.row(y) + begin, (y > 0 ? image.row(y - 1) : zeros.data()) + begin,
                 filtered_end - begin, image.bands);
    std::memset(end + 1 + filtered_end, 0, stride - filtered_end);
    end += stride + 1;
    const bool is_last = y + 1 == image.size.height;
    const auto bytes = static_cast<std::size_t>(end - filtered.data());
    if (bytes < filtered.size() && !is_last) continue;
    checksum = libdeflate_adler32(checksum, filtered.data(), bytes);
    deflate.add({filtered.data(), bytes}, is_last);
    end = filtered.data();
  }
  to = deflate.end();
  put_be32(to, checksum);
  return to + 4;
}

}  // namespace

Result<Bytes> encode_png(const imaging::Image& image, double dots_per_inch) {
  const std::size_t row_bytes = image.stride() + 1;
  const std::size_t rows_per_block = std::max<std::size_t>(1, RunDeflate::kBlockBytes / row_bytes);
  const auto height = static_cast<std::size_t>(image.size.height);
  const std::size_t bound = RunDeflate::bound(row_bytes * height, height / rows_per_block + 1);
  if (bound >= 1U << 31U) return Error{.code = Errc::too_large, .message = "Too many pixels for a PNG file"};

  Bytes file(kHeadBytesMax + 2 * kChunkBytes + 6 + bound);
  std::uint8_t* idat = write_head(file.data(), image, dots_per_inch);
  const std::uint8_t* pixels_end = write_pixels(idat + 8, image, rows_per_block);
  std::uint8_t* iend = close_chunk(idat, "IDAT", static_cast<std::size_t>(pixels_end - (idat + 8)));
  const std::uint8_t* end = close_chunk(iend, "IEND", 0);
  // A copy of the right size: results are kept, and most of `file` was never touched.
  return Bytes::copy_of(file.span().first(static_cast<std::size_t>(end - file.data())));
}

}  // namespace cutroom::codec_vips
