// PNG's prediction of a sample from its neighbours (PNG specification, 9): what is left is small where the
// picture is smooth.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cutroom::codec_vips {

// PNG's filter 4, Paeth. `above` is the row above, or zeros; `bands` is also the distance to the pixel to the
// left.
void filter_paeth(std::uint8_t* to, const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes,
                  int bands);

inline constexpr std::uint8_t kPaeth = 4;

// Where a row's first and last bytes other than 0 are; begin == end: there are none.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Extent nonzero_extent(const std::uint8_t* row, std::size_t bytes);

}  // namespace cutroom::codec_vips
