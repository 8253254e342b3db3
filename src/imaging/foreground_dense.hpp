// A level of foreground.hpp's estimate, every pixel of it.
#pragma once

#include <vector>

#include "imaging/foreground_level.hpp"

namespace cutroom::imaging {

struct DenseLevel {
  Size size;
  std::vector<ForegroundPixel> pixels;
  std::vector<ForegroundCell> cells;
};

// Fills `level.cells` from its pixels and the level before it.
void solve(DenseLevel& level, const DenseLevel& coarser);

// What the estimate starts from: the mean colour where alpha is above 0.9, and where it is below 0.1, as the
// cell of a level of one pixel.
DenseLevel mean_colours(const std::vector<ForegroundPixel>&);

}  // namespace cutroom::imaging
