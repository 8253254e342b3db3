// Prefix codes of DEFLATE (RFC 1951, 3.2.2): from how often symbols occur to their codes.
#pragma once

#include <cstdint>
#include <span>

namespace cutroom::codec_vips {

// Code lengths, none above `length_max`, that are close to the shortest for `counts`; 0 for symbols that
// don't occur. A single symbol gets one bit. At most 1 << length_max symbols and 320 in all.
void huffman_lengths(std::span<const std::uint32_t> counts, int length_max, std::span<std::uint8_t> lengths);

// The canonical codes of these lengths, their first bit lowest, as they are written.
void huffman_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes);

}  // namespace cutroom::codec_vips
