#include "imaging/pixel_set.hpp"

namespace cutroom::imaging {

PixelSet with_neighbours(const PixelSet& set) {
  PixelSet grown(set.size());
  const auto [width, height] = set.size();
  const PixelSet::Word last_word =
      (width & 63) == 0 ? ~PixelSet::Word{0} : (PixelSet::Word{1} << (width & 63)) - 1;
  for (int y = 0; y < height; ++y) {
    const auto middle = set.row(y);
    const auto above = set.row(y > 0 ? y - 1 : y);
    const auto below = set.row(y + 1 < height ? y + 1 : y);
    const auto to = grown.row(y);
    for (std::size_t i = 0; i < to.size(); ++i) {
      const PixelSet::Word from_left = i > 0 ? middle[i - 1] >> 63 : 0;
      const PixelSet::Word from_right = i + 1 < to.size() ? middle[i + 1] << 63 : 0;
      to[i] = middle[i] | above[i] | below[i] | (middle[i] << 1) | from_left | (middle[i] >> 1) | from_right;
    }
    to[to.size() - 1] &= last_word;
  }
  return grown;
}

}  // namespace cutroom::imaging
