// Closed-form matting: how much of each unsure pixel is foreground, by the photo's colours alone. After
// Levin, Lischinski, Weiss: "A Closed-Form Solution to Natural Image Matting" (2008). Only unknown pixels are
// unknowns, known ones are put in, so that the cost follows the length of the edges.
#pragma once

#include <optional>
#include <stop_token>

#include "imaging/image.hpp"

namespace cutroom::imaging {

struct TrimapOptions {
  int foreground_above = 240;
  int background_below = 10;
  // Side of the square that both known parts are eroded by; 0: a cross of 3 x 3.
  int erode = 10;
};

// 255 surely foreground, 0 surely background, 128 unknown. What is outside the picture counts as background.
Mask trimap_of(const Mask& mask, const TrimapOptions& = {});

struct MattingLimits {
  std::size_t unknowns_max = 200'000;
  int iterations_max = 800;
  double residual = 1e-6;  // Relative.
  // How much `start` counts in an unknown pixel, by how decided it is there (|2 a - 1|^4), beside the photo's
  // colours. Without it thin things, in which nothing is sure once the trimap has been eroded, would vanish.
  double prior = 0.02;
};

// Alpha of the whole picture; nullopt: nothing is surely foreground or nothing surely background, more is
// unknown than the limit, or a stop request came. `trimap` and `start`, the model's mask, have the picture's
// size.
std::optional<Mask> closed_form_alpha(const Image& rgb, const Mask& trimap, const Mask& start,
                                      const MattingLimits&, const std::stop_token&);

// The model's mask made finer by both: matting on a small copy, then fitted to the photo at full size.
// Without an answer of closed_form_alpha it is refine_guided.
Mask refine_matting(const Image& rgb, const Mask& mask, const std::stop_token&, const MattingLimits& = {});

}  // namespace cutroom::imaging
