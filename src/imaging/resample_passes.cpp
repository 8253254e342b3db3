#include "imaging/resample_passes.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cutroom::imaging {
namespace {

std::uint8_t to_sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

void horizontal_portable(const RowGroup& rows, int bands, const Weights& weights) {
  const int outputs = static_cast<int>(weights.spans.size());
  for (int r = 0; r < kRowsAtOnce; ++r) {
    std::uint8_t* to = rows.to[r];
    for (int x = 0; x < outputs; ++x) {
      const auto [first, count] = weights.spans[x];
      const std::int32_t* weight = weights.of(x);
      const std::uint8_t* from = rows.from[r] + static_cast<std::size_t>(first) * bands;
      for (int band = 0; band < bands; ++band) {
        std::int32_t sum = kWeightHalf;
        for (int k = 0; k < count; ++k) sum += from[k * bands + band] * weight[k];
        *to++ = to_sample(sum);
      }
    }
  }
}

void vertical_portable(const std::uint8_t* const* rows, const std::int32_t* weights, int count,
                       std::uint8_t* to, std::size_t length) {
  constexpr std::size_t kBlock = 64;  // The sums stay in the nearest cache.
  for (std::size_t start = 0; start < length; start += kBlock) {
    const std::size_t size = std::min(kBlock, length - start);
    std::int32_t sums[kBlock];
    std::fill_n(sums, size, kWeightHalf);
    for (int k = 0; k < count; ++k) {
      const std::uint8_t* from = rows[k] + start;
      for (std::size_t i = 0; i < size; ++i) sums[i] += from[i] * weights[k];
    }
    for (std::size_t i = 0; i < size; ++i) to[start + i] = to_sample(sums[i]);
  }
}

#if defined(__x86_64__)

#define CUTROOM_AVX2 __attribute__((target("avx2")))

// Three bands: each source pixel is spread over one 128-bit lane (r, g, b, the next pixel's r, whose sum is
// dropped), so that the lanes of the sum are the bands of the output pixel.
CUTROOM_AVX2 void horizontal3_avx2(const RowGroup& rows, const Weights& weights) {
  const int outputs = static_cast<int>(weights.spans.size());
  const __m256i spread01 = _mm256_setr_epi8(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, -1, -1, -1, -1,  //
                                            3, -1, -1, -1, 4, -1, -1, -1, 5, -1, -1, -1, -1, -1, -1, -1);
  const __m256i spread23 = _mm256_setr_epi8(6, -1, -1, -1, 7, -1, -1, -1, 8, -1, -1, -1, -1, -1, -1, -1,  //
                                            9, -1, -1, -1, 10, -1, -1, -1, 11, -1, -1, -1, -1, -1, -1, -1);
  const __m256i pick01 = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m256i pick23 = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
  for (int x = 0; x < outputs; ++x) {
    const auto [first, count] = weights.spans[x];
    const std::int32_t* weight = weights.of(x);
    const std::size_t offset = static_cast<std::size_t>(first) * 3;
    __m256i sums[kRowsAtOnce];
    for (auto& sum : sums) sum = _mm256_setzero_si256();
    for (int k = 0; k < count; k += 4) {
      const __m256i four =
          _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weight + k)));
      const __m256i weight01 = _mm256_permutevar8x32_epi32(four, pick01);
      const __m256i weight23 = _mm256_permutevar8x32_epi32(four, pick23);
      for (int r = 0; r < kRowsAtOnce; ++r) {
        const auto* from =
            reinterpret_cast<const __m128i*>(rows.from[r] + offset + static_cast<std::size_t>(k) * 3);
        const __m256i pixels = _mm256_broadcastsi128_si256(_mm_loadu_si128(from));
        sums[r] = _mm256_add_epi32(
            sums[r], _mm256_add_epi32(_mm256_mullo_epi32(_mm256_shuffle_epi8(pixels, spread01), weight01),
                                      _mm256_mullo_epi32(_mm256_shuffle_epi8(pixels, spread23), weight23)));
      }
    }
    for (int r = 0; r < kRowsAtOnce; ++r) {
      __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums[r]), _mm256_extracti128_si256(sums[r], 1));
      sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(kWeightHalf)), kWeightBits);
      sum = _mm_packs_epi32(sum, sum);
      const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
      __builtin_memcpy(rows.to[r] + static_cast<std::size_t>(x) * 3, &bytes,
                       4);  // The next pixel overwrites the fourth.
    }
  }
}

CUTROOM_AVX2 inline __m256i weighted_sum1(const std::uint8_t* from, const std::int32_t* weight, int count) {
  __m256i sum = _mm256_setzero_si256();
  for (int k = 0; k < count; k += 8) {
    const __m256i samples = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + k)));
    const __m256i weights = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight + k));
    sum = _mm256_add_epi32(sum, _mm256_mullo_epi32(samples, weights));
  }
  return sum;
}

// One band: eight output samples at a time, whose eight vectors of partial sums are folded into one.
CUTROOM_AVX2 void horizontal1_avx2(const RowGroup& rows, const Weights& weights) {
  const int outputs = static_cast<int>(weights.spans.size());
  const __m256i half = _mm256_set1_epi32(kWeightHalf);
  for (int r = 0; r < kRowsAtOnce; ++r) {
    const std::uint8_t* from = rows.from[r];
    int x = 0;
    for (; x + 8 <= outputs; x += 8) {
      __m256i s[8];
      for (int i = 0; i < 8; ++i) {
        const auto [first, count] = weights.spans[x + i];
        s[i] = weighted_sum1(from + first, weights.of(x + i), count);
      }
      const __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
      const __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(s[4], s[5]), _mm256_hadd_epi32(s[6], s[7]));
      const __m256i low = _mm256_permute2x128_si256(a, b, 0x20);
      const __m256i high = _mm256_permute2x128_si256(a, b, 0x31);
      __m256i sum = _mm256_add_epi32(_mm256_add_epi32(low, high), half);
      sum = _mm256_srai_epi32(sum, kWeightBits);
      const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(rows.to[r] + x), _mm_packus_epi16(words, words));
    }
    for (; x < outputs; ++x) {
      const auto [first, count] = weights.spans[x];
      const std::int32_t* weight = weights.of(x);
      std::int32_t sum = kWeightHalf;
      for (int k = 0; k < count; ++k) sum += from[first + k] * weight[k];
      rows.to[r][x] = to_sample(sum);
    }
  }
}

CUTROOM_AVX2 void horizontal_avx2(const RowGroup& rows, int bands, const Weights& weights) {
  if (bands == 3) {
    horizontal3_avx2(rows, weights);
  } else if (bands == 1) {
    horizontal1_avx2(rows, weights);
  } else {
    horizontal_portable(rows, bands, weights);
  }
}

CUTROOM_AVX2 inline __m256i weighted8(const std::uint8_t* from, __m256i weight) {
  return _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))),
                            weight);
}

CUTROOM_AVX2 void vertical_avx2(const std::uint8_t* const* rows, const std::int32_t* weights, int count,
                                std::uint8_t* to, std::size_t length) {
  constexpr std::size_t kBlock = 32;
  if (length < kBlock) return vertical_portable(rows, weights, count, to, length);
  const __m256i order =
      _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);  // Undoes what the two packs do to the lanes.
  for (std::size_t start = 0; start < length; start += kBlock) {
    const std::size_t at = std::min(start, length - kBlock);  // The last block overlaps the one before.
    __m256i s0 = _mm256_set1_epi32(kWeightHalf), s1 = s0, s2 = s0, s3 = s0;
    for (int k = 0; k < count; ++k) {
      const __m256i weight = _mm256_set1_epi32(weights[k]);
      const std::uint8_t* from = rows[k] + at;
      s0 = _mm256_add_epi32(s0, weighted8(from, weight));
      s1 = _mm256_add_epi32(s1, weighted8(from + 8, weight));
      s2 = _mm256_add_epi32(s2, weighted8(from + 16, weight));
      s3 = _mm256_add_epi32(s3, weighted8(from + 24, weight));
    }
    const __m256i low =
        _mm256_packs_epi32(_mm256_srai_epi32(s0, kWeightBits), _mm256_srai_epi32(s1, kWeightBits));
    const __m256i high =
        _mm256_packs_epi32(_mm256_srai_epi32(s2, kWeightBits), _mm256_srai_epi32(s3, kWeightBits));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + at), bytes);
  }
}

#endif

constexpr Passes kPortable{horizontal_portable, vertical_portable};

}  // namespace

const Passes& portable_passes() { return kPortable; }

const Passes& fastest_passes() {
#if defined(__x86_64__)
  static constexpr Passes kAvx2{horizontal_avx2, vertical_avx2};
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return kAvx2;
#endif
  return kPortable;
}

}  // namespace cutroom::imaging
