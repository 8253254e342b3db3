// A level of foreground.hpp's estimate, only where it matters.
#pragma once

#include <vector>

#include "base/large_memory.hpp"
#include "imaging/foreground_dense.hpp"
#include "imaging/foreground_level.hpp"
#include "imaging/pixel_set.hpp"

namespace cutroom::imaging {

// Columns and rows of the full picture that a level samples.
struct LevelSampling {
  LevelSampling(Size level, Size full);
  Size size;
  std::vector<int> columns;
  std::vector<int> rows;
};

// The level's picture, all of it.
std::vector<ForegroundPixel> sample_level(const LevelSampling&, const Image& rgb, const Mask& mask);

// The pixels whose mask is neither all background nor all foreground.
PixelSet mixed_pixels(const Mask& mask);

// Those pixels of the level that sample a pixel of `full`.
PixelSet sampled(const PixelSet& full, const LevelSampling&);

class SparseLevel {
 public:
  // `solved`: the pixels to estimate. Their neighbours take part with what the coarser level says.
  SparseLevel(LevelSampling, PixelSet solved);

  std::size_t count() const { return known_.count(); }
  // `coarser`: the levels before, coarsest first, on top of `base`.
  void solve(const Image& rgb, const Mask& mask, const DenseLevel& base,
             const std::vector<SparseLevel>& coarser);

  // Where this is the full level: puts the estimate into the picture.
  void write_to(Image& rgb, const Mask& mask) const;

  Size size() const { return sampling_.size; }
  // nullptr: not a pixel of this level's set.
  const ForegroundCell* find(int x, int y) const {
    return known_.contains(x, y) ? &cells_[known_.number_of(x, y)] : nullptr;
  }

 private:
  struct Run {
    std::uint32_t begin, up, down, length;  // Numbers of pixels.
    bool at_left_edge, at_right_edge;
  };
  void load(const Image& rgb, const Mask& mask, const DenseLevel& base,
            const std::vector<SparseLevel>& coarser);
  std::vector<Run> solved_runs() const;

  LevelSampling sampling_;
  PixelSet solved_;
  PixelSet known_;  // `solved_` and its neighbours.
  std::vector<ForegroundPixel, LargeAllocator<ForegroundPixel>> pixels_;
  std::vector<ForegroundCell, LargeAllocator<ForegroundCell>> cells_;
};

// The full picture's colours out of levels that end before it.
void write_from_coarser(Image& rgb, const Mask& mask, const DenseLevel& base,
                        const std::vector<SparseLevel>&);

}  // namespace cutroom::imaging
