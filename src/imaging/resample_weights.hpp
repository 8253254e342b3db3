// Which source samples make an output sample, and how much each counts.
#pragma once

#include <cstdint>
#include <vector>

#include "imaging/model_spec.hpp"

namespace cutroom::imaging {

// The fixed point of the weights: 32 bits less 8 for the sample and 2 for sign and overshoot.
inline constexpr int kWeightBits = 22;
inline constexpr int kWeightHalf = 1 << (kWeightBits - 1);

// One direction of a resampling. Each output sample has `stride` weights, of which the first `count` matter
// and the rest are 0, so that vector code can work in whole blocks of four or eight.
struct Weights {
  struct Span {
    int first = 0;  // Source index of the first weight.
    int count = 0;  // At least 1.
  };
  std::vector<Span> spans;
  std::vector<std::int32_t> values;
  int stride = 0;
  int count_max = 0;

  const std::int32_t* of(int output) const {
    return values.data() + static_cast<std::size_t>(output) * static_cast<std::size_t>(stride);
  }
};

// `stride` becomes a multiple of `multiple`. Not for bilinear_plain, which has no such weights.
Weights make_weights(int from, int to, Filter, int multiple);

}  // namespace cutroom::imaging
