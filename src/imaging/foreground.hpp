// What colour the foreground has where it is mixed with the background: hair and soft edges of a photo carry
// the old background's colour, which shows as a halo on the new one. Multi-level estimation after Germer,
// Uelwer, Conrad, Harmeling: "Fast Multi-Level Foreground Estimation" (2020), with its constants.
#pragma once

#include <span>
#include <vector>

#include "imaging/foreground_level.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

// The estimate at every pixel, exactly as published. `rgb` and `alpha` 0..1, row by row, three samples a
// pixel in `rgb`. It costs 200 ns a pixel and 100 bytes: this is what estimate_foreground is measured
// against.
std::vector<ForegroundCell> estimate_foreground_everywhere(std::span<const float> rgb,
                                                           std::span<const float> alpha, Size);

// Replaces the colours of `rgb` where `mask` is mixed by the foreground's; elsewhere they stay. Same size, 3
// and 1 bands. Fine levels are computed in and beside the mixed pixels only, so the cost follows the length
// of the edges and not the area: docs/decisions/0005-foreground.md has the figures and how far it is from the
// full form.
void estimate_foreground(Image& rgb, const Mask& mask);

// Mask values that count as all background and all foreground there. Models rarely say exactly 255 inside an
// object, and leaving the colour at an alpha of 250 as it is can't change the result by more than 5/255.
inline constexpr int kAllBackground = 4;
inline constexpr int kAllForeground = 250;

}  // namespace cutroom::imaging
