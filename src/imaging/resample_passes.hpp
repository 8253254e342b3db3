// The two inner loops of resampling, written for AVX2 where the processor has it and portably for all others.
// Both give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "imaging/resample_weights.hpp"

namespace cutroom::imaging {

inline constexpr int kRowsAtOnce = 4;
// How many bytes beyond its last sample a source row given to a horizontal pass must have readable.
inline constexpr std::size_t kRowSlack = 32;
// To how many weights per output sample the horizontal pass wants `Weights::stride` padded.
inline constexpr int kHorizontalMultiple = 8;

struct RowGroup {
  const std::uint8_t* from[kRowsAtOnce];
  std::uint8_t* to[kRowsAtOnce];  // Room for one sample more than the row has.
};

struct Passes {
  // Four rows of `bands` (1 or 3) interleaved bands at once, so that the weights are loaded once for them.
  void (*horizontal)(const RowGroup&, int bands, const Weights&);
  // One output row of `length` samples: the sum of `count` rows, each with its weight.
  void (*vertical)(const std::uint8_t* const* rows, const std::int32_t* weights, int count, std::uint8_t* to,
                   std::size_t length);
};

const Passes& portable_passes();
// The fastest this processor can run.
const Passes& fastest_passes();

}  // namespace cutroom::imaging
