// One step of foreground.hpp's estimate: the arithmetic of a pixel, and the sizes of the levels.
#pragma once

#include <vector>

#include "imaging/image.hpp"

namespace cutroom::imaging {

// Four floats in one vector register: an extension that g++ and clang++ have for every processor.
using FourFloats = float __attribute__((vector_size(16)));

// Red, green, blue, alpha; 0..1, straight.
struct ForegroundPixel {
  FourFloats value;
  float alpha() const { return value[3]; }
};

// Red, green, blue, nothing; 0..1.
struct ForegroundCell {
  FourFloats foreground;
  FourFloats background;
};

// From 1x1 to `full`, each about twice the one before.
std::vector<Size> foreground_level_sizes(Size full);

// Passes over a level: coarse ones are cheap and have to carry colours far.
inline int foreground_passes(Size level) { return level.width <= 32 && level.height <= 32 ? 10 : 2; }

// Nearest sample, as the estimate is published.
inline int nearest(int at, int size, int source_size) {
  return static_cast<int>(static_cast<long long>(at) * source_size / size);
}

struct ForegroundNeighbours {
  const ForegroundCell& up;
  const ForegroundCell& down;
  const ForegroundCell& left;
  const ForegroundCell& right;
  float up_alpha, down_alpha, left_alpha, right_alpha;
};

// Foreground and background that mix to the pixel at its alpha and differ least from the neighbours', where
// their alpha is alike: a least-squares problem with two unknowns a channel, solved.
inline ForegroundCell solve_foreground(const ForegroundPixel& pixel, const ForegroundNeighbours& at) {
  constexpr float kRegularisation = 1e-5F;
  const float alpha = pixel.alpha();
  const auto weight = [&](float other) {
    const float difference = alpha - other;
    return kRegularisation + (difference < 0 ? -difference : difference);
  };
  const float up = weight(at.up_alpha);
  const float down = weight(at.down_alpha);
  const float left = weight(at.left_alpha);
  const float right = weight(at.right_alpha);
  const float weights = (up + down) + (left + right);

  const float beta = 1 - alpha;
  const float a00 = alpha * alpha + weights;
  const float a01 = alpha * beta;
  const float a11 = beta * beta + weights;
  const float inverse = 1 / (a00 * a11 - a01 * a01);

  // Left last: it has just been computed, and the others needn't wait for it.
  const FourFloats f = alpha * pixel.value + (up * at.up.foreground + down * at.down.foreground) +
                       right * at.right.foreground + left * at.left.foreground;
  const FourFloats b = beta * pixel.value + (up * at.up.background + down * at.down.background) +
                       right * at.right.background + left * at.left.background;
  const auto clamped = [](FourFloats v) {
    const FourFloats zero{};
    const FourFloats one = zero + 1.0F;
    v = v < zero ? zero : v;
    return v > one ? one : v;
  };
  return {clamped((a11 * inverse) * f - (a01 * inverse) * b),
          clamped((a00 * inverse) * b - (a01 * inverse) * f)};
}

}  // namespace cutroom::imaging
