#include "imaging/foreground_dense.hpp"

#include <algorithm>
#include <cmath>

namespace cutroom::imaging {

std::vector<Size> foreground_level_sizes(Size full) {
  const int last = static_cast<int>(std::ceil(std::log2(std::max({full.width, full.height, 1}))));
  std::vector<Size> sizes;
  for (int i = 0; i <= last; ++i) {
    const double share = last == 0 ? 1.0 : static_cast<double>(i) / last;
    // nearbyint: half to even, as the original rounds.
    sizes.push_back({static_cast<int>(std::nearbyint(std::pow(full.width, share))),
                     static_cast<int>(std::nearbyint(std::pow(full.height, share)))});
  }
  return sizes;
}

void solve(DenseLevel& level, const DenseLevel& coarser) {
  const auto width = static_cast<std::size_t>(level.size.width);
  const auto height = static_cast<std::size_t>(level.size.height);
  level.cells.resize(level.size.pixels());
  for (std::size_t y = 0; y < height; ++y) {
    const auto from_row =
        static_cast<std::size_t>(nearest(static_cast<int>(y), level.size.height, coarser.size.height));
    const ForegroundCell* from =
        coarser.cells.data() + from_row * static_cast<std::size_t>(coarser.size.width);
    for (std::size_t x = 0; x < width; ++x) {
      level.cells[y * width + x] = from[nearest(static_cast<int>(x), level.size.width, coarser.size.width)];
    }
  }
  const ForegroundPixel* pixels = level.pixels.data();
  ForegroundCell* cells = level.cells.data();
  for (int pass = foreground_passes(level.size); pass > 0; --pass) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) {
        const std::size_t i = y * width + x;
        const std::size_t up = y > 0 ? i - width : i;
        const std::size_t down = y + 1 < height ? i + width : i;
        const std::size_t left = x > 0 ? i - 1 : i;
        const std::size_t right = x + 1 < width ? i + 1 : i;
        cells[i] = solve_foreground(pixels[i],
                                    {cells[up], cells[down], cells[left], cells[right], pixels[up].alpha(),
                                     pixels[down].alpha(), pixels[left].alpha(), pixels[right].alpha()});
      }
    }
  }
}

DenseLevel mean_colours(const std::vector<ForegroundPixel>& pixels) {
  struct Sum {
    std::array<double, 3> colour{};
    double count = 1e-5;  // So that there is never nothing to divide by.
  };
  Sum foreground;
  Sum background;
  for (const auto& pixel : pixels) {
    const bool is_foreground = pixel.alpha() > 0.9F;
    if (!is_foreground && !(pixel.alpha() < 0.1F)) continue;
    Sum& sum = is_foreground ? foreground : background;
    for (std::size_t c = 0; c < 3; ++c) sum.colour[c] += static_cast<double>(pixel.value[c]);
    sum.count += 1;
  }
  const auto mean = [](const Sum& sum) {
    return FourFloats{static_cast<float>(sum.colour[0] / sum.count),
                      static_cast<float>(sum.colour[1] / sum.count),
                      static_cast<float>(sum.colour[2] / sum.count), 0};
  };
  return {.size = {1, 1}, .pixels = {}, .cells = {{mean(foreground), mean(background)}}};
}

}  // namespace cutroom::imaging
