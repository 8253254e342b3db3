#include "adapters/codec_vips/orientation.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cutroom::codec_vips {
namespace {

// Where the upright picture's pixel (x, y) comes from: origin + x * per_x + y * per_y, in pixels.
struct Walk {
  std::ptrdiff_t origin, per_x, per_y;
};

Walk walk_of(imaging::Size source, int orientation) {
  const std::ptrdiff_t width = source.width;
  const std::ptrdiff_t right = source.width - 1;
  const std::ptrdiff_t bottom = width * (source.height - 1);
  switch (orientation) {
    case 2:
      return {right, -1, width};  // Mirrored.
    case 3:
      return {bottom + right, -1, -width};  // Upside down.
    case 4:
      return {bottom, 1, -width};  // Mirrored, upside down.
    case 5:
      return {0, width, 1};  // Mirrored along the diagonal.
    case 6:
      return {bottom, -width, 1};  // To be turned right.
    case 7:
      return {bottom + right, -width, -1};  // Mirrored along the other diagonal.
    case 8:
      return {right, width, -1};  // To be turned left.
    default:
      return {0, 1, width};
  }
}

// Square by square, so that columns are read while their lines are still in the cache.
template <int kBands>
void copy_pixels(imaging::Image& to, const imaging::Image& from, Walk walk) {
  constexpr int kSquare = 32;
  for (int top = 0; top < to.size.height; top += kSquare) {
    for (int left = 0; left < to.size.width; left += kSquare) {
      for (int y = top; y < std::min(top + kSquare, to.size.height); ++y) {
        const std::uint8_t* source =
            from.samples.data() + kBands * (walk.origin + left * walk.per_x + y * walk.per_y);
        std::uint8_t* target = to.row(y) + kBands * left;
        for (int x = left; x < std::min(left + kSquare, to.size.width); ++x) {
          for (int band = 0; band < kBands; ++band) target[band] = source[band];
          target += kBands;
          source += kBands * walk.per_x;
        }
      }
    }
  }
}

}  // namespace

imaging::Image upright(imaging::Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool swaps_sides = orientation >= 5;
  const imaging::Size size = swaps_sides ? imaging::Size{image.size.height, image.size.width} : image.size;
  imaging::Image turned(size, image.bands);
  const Walk walk = walk_of(image.size, orientation);
  image.bands == 1 ? copy_pixels<1>(turned, image, walk) : copy_pixels<3>(turned, image, walk);
  return turned;
}

}  // namespace cutroom::codec_vips
