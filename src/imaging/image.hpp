// Pictures as values: 8 bits a sample, rows without padding, top-left first. Moved, never copied by accident.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"

namespace cutroom::imaging {

struct Size {
  int width = 0;
  int height = 0;
  std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
  bool operator==(const Size&) const = default;
};

// sRGB. Interleaved: 1 band = grey or a mask, 3 = RGB, 4 = RGBA with straight (not premultiplied) alpha.
struct Image {
  Image() = default;
  Image(Size s, int b) : size(s), bands(b), samples(s.pixels() * static_cast<std::size_t>(b)) {}

  std::size_t stride() const {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(bands);
  }
  std::uint8_t* row(int y) { return samples.data() + stride() * static_cast<std::size_t>(y); }
  const std::uint8_t* row(int y) const { return samples.data() + stride() * static_cast<std::size_t>(y); }

  Size size;
  int bands = 0;
  Bytes samples;
};

// How much of a pixel is foreground, 0..255; one band, the size of the picture it belongs to unless said
// otherwise.
using Mask = Image;

// A model's input or output, one batch entry: channel, row, column.
struct Tensor {
  int channels = 0;
  int height = 0;
  int width = 0;
  std::vector<float> values;  // channels * height * width
};

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

}  // namespace cutroom::imaging
