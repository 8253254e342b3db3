#include "imaging/foreground.hpp"

#include <utility>

#include "imaging/foreground_dense.hpp"
#include "imaging/foreground_sparse.hpp"

namespace cutroom::imaging {
namespace {

// Up to here every pixel of a level is computed: where colours have to be carried across whole areas.
constexpr std::size_t kDensePixels = 1 << 14;

// A level with more known pixels than this is not computed, nor are the finer ones: bounds time and memory
// (48 bytes each). Such a mask is mixed over large areas, and what the coarser levels say is as good a guess
// there.
constexpr std::size_t kSparsePixelsMax = 1'500'000;

}  // namespace

std::vector<ForegroundCell> estimate_foreground_everywhere(std::span<const float> rgb,
                                                           std::span<const float> alpha, Size full) {
  const auto pixel = [&](std::size_t i) {
    return ForegroundPixel{FourFloats{rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], alpha[i]}};
  };
  std::vector<ForegroundPixel> all;
  for (std::size_t i = 0; i < full.pixels(); ++i) all.push_back(pixel(i));
  DenseLevel level = mean_colours(all);
  for (const Size size : foreground_level_sizes(full)) {
    DenseLevel next{.size = size, .pixels = {}, .cells = {}};
    const LevelSampling sampling(size, full);
    for (const int y : sampling.rows) {
      const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(full.width);
      for (const int x : sampling.columns) next.pixels.push_back(pixel(row + static_cast<std::size_t>(x)));
    }
    solve(next, level);
    level = std::move(next);
  }
  return std::move(level.cells);
}

void estimate_foreground(Image& rgb, const Mask& mask) {
  const std::vector<Size> sizes = foreground_level_sizes(mask.size);
  if (sizes.size() < 2) return;  // A single pixel has no neighbours to ask.

  std::size_t finest_dense = 0;
  while (finest_dense + 2 < sizes.size() && sizes[finest_dense + 1].pixels() <= kDensePixels) ++finest_dense;
  // The mean colours out of its samples: they only start the estimate.
  DenseLevel base = mean_colours(sample_level(LevelSampling(sizes[finest_dense], mask.size), rgb, mask));
  for (std::size_t i = 0; i <= finest_dense; ++i) {
    DenseLevel next{
        .size = sizes[i], .pixels = sample_level(LevelSampling(sizes[i], mask.size), rgb, mask), .cells = {}};
    solve(next, base);
    base = std::move(next);
  }

  const PixelSet mixed = mixed_pixels(mask);
  std::vector<SparseLevel> finer;
  for (std::size_t i = finest_dense + 1; i < sizes.size(); ++i) {
    const LevelSampling sampling(sizes[i], mask.size);
    PixelSet solved = sampled(mixed, sampling);
    // The neighbours carry colours to the next level: without them the largest error is three times as big.
    if (i + 1 < sizes.size()) solved = with_neighbours(solved);
    SparseLevel level(sampling, std::move(solved));
    if (level.count() > kSparsePixelsMax) {
      write_from_coarser(rgb, mask, base, finer);
      return;
    }
    level.solve(rgb, mask, base, finer);
    finer.push_back(std::move(level));
  }
  finer.back().write_to(rgb, mask);
}

}  // namespace cutroom::imaging
