#include "adapters/codec_vips/png_filter.hpp"

#include <algorithm>
#include <cstring>

#include "base/multiversion.hpp"

namespace cutroom::codec_vips {
namespace {

// Of left, above and above left, that which is nearest to left + above - above left; the first of equals.
inline std::uint8_t paeth(std::int16_t left, std::int16_t above, std::int16_t above_left) {
  const auto distance = [](int d) { return static_cast<std::int16_t>(d < 0 ? -d : d); };
  const std::int16_t from_left = distance(above - above_left);
  const std::int16_t from_above = distance(left - above_left);
  const std::int16_t from_above_left = distance((above - above_left) + (left - above_left));
  const std::int16_t other = from_above <= from_above_left ? above : above_left;
  return static_cast<std::uint8_t>(from_left <= from_above && from_left <= from_above_left ? left : other);
}

}  // namespace

CUTROOM_MULTIVERSION void filter_paeth(std::uint8_t* __restrict to, const std::uint8_t* row,
                                       const std::uint8_t* above, std::size_t bytes, int bands) {
  const auto step = static_cast<std::size_t>(bands);
  for (std::size_t i = 0; i < std::min(step, bytes); ++i)
    to[i] = static_cast<std::uint8_t>(row[i] - above[i]);
  for (std::size_t i = step; i < bytes; ++i) {
    to[i] = static_cast<std::uint8_t>(row[i] - paeth(row[i - step], above[i], above[i - step]));
  }
}

Extent nonzero_extent(const std::uint8_t* row, std::size_t bytes) {
  const auto word_at = [&](std::size_t i) {
    std::uint64_t word;
    std::memcpy(&word, row + i, sizeof(word));
    return word;
  };
  std::size_t begin = 0;
  while (begin + 8 <= bytes && word_at(begin) == 0) begin += 8;
  while (begin < bytes && row[begin] == 0) ++begin;
  if (begin == bytes) return {};
  std::size_t end = bytes;
  while (end >= 8 && word_at(end - 8) == 0) end -= 8;
  while (row[end - 1] == 0) --end;
  return {begin, end};
}

}  // namespace cutroom::codec_vips
