// The inner loops of winograd.hpp for vectors of `kLanes` floats, in the compiler's own vector types.
// Included by one file for each family of processors, which is compiled for that family: so nothing of the
// standard library, whose inline functions would end up in the whole program compiled for a processor it may
// not run on.
//
// The lanes of every vector are neighbouring tiles of one row of tiles: a strip. Two strips are a panel, the
// unit of the products; a block is as many panels as keep the transformed tiles in a core's cache.
#pragma once

#include "adapters/model_onnx/winograd.hpp"

namespace cutroom::model_onnx {
namespace {

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using Unaligned = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
using Mask = int __attribute__((vector_size(kLanes * sizeof(int))));

constexpr int kTileSide = 4;               // Of the output.
constexpr int kInputRows = kTileSide + 2;  // One more on each side.
constexpr int kStripWidth = kTileSide * kLanes;
constexpr int kPanel = 2 * kLanes;
constexpr int kBlockBytes = 1 << 20;
constexpr int kPanelsMax = 8;
// Each block reads all of the weights, so a block must not be too small either.
constexpr int kPanelsMin = 2;
// So that the 36 places a tile is scattered to don't all fall into the same few lines of the cache.
constexpr int kPadding = 16;

inline Vector load(const float* from) { return *reinterpret_cast<const Unaligned*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<Unaligned*>(to) = value; }
inline Vector splat(float value) { return Vector{} + value; }

template <int... I>
struct Indices {};
template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};
template <int... I>
struct Count<0, I...> {
  using Type = Indices<I...>;
};
using Lanes = Count<kLanes>::Type;

// Lane i takes element from(i) of the first vector, or, counted on, of the second.
template <class From, int... I>
inline Vector pick(Vector a, Vector b, From from, Indices<I...>) {
  return __builtin_shuffle(a, b, Mask{from(I)...});
}

constexpr int kHalf = kLanes / 2;

// Four vectors of neighbouring pixels become four vectors of every fourth pixel.
inline void apart(const Vector (&in)[4], Vector (&out)[4]) {
  for (int pair = 0; pair < 2; ++pair) {
    const auto from = [pair](int i) { return (i < kHalf ? 4 * i : 4 * (i - kHalf) + 1) + 2 * pair; };
    const Vector low = pick(in[0], in[1], from, Lanes{});
    const Vector high = pick(in[2], in[3], from, Lanes{});
    out[2 * pair] = pick(low, high, [](int i) { return i < kHalf ? i : i + kHalf; }, Lanes{});
    out[2 * pair + 1] = pick(low, high, [](int i) { return i < kHalf ? i + kHalf : i + kLanes; }, Lanes{});
  }
}

// And back.
inline void together(const Vector (&in)[4], Vector (&out)[4]) {
  const auto zip_low = [](int i) { return i / 2 + (i % 2) * kLanes; };
  const auto zip_high = [](int i) { return i / 2 + kHalf + (i % 2) * kLanes; };
  const Vector low02 = pick(in[0], in[2], zip_low, Lanes{});
  const Vector high02 = pick(in[0], in[2], zip_high, Lanes{});
  const Vector low13 = pick(in[1], in[3], zip_low, Lanes{});
  const Vector high13 = pick(in[1], in[3], zip_high, Lanes{});
  out[0] = pick(low02, low13, zip_low, Lanes{});
  out[1] = pick(low02, low13, zip_high, Lanes{});
  out[2] = pick(high02, high13, zip_low, Lanes{});
  out[3] = pick(high02, high13, zip_high, Lanes{});
}

inline void input_transform(const Vector (&d)[6], Vector (&t)[6]) {
  const Vector even = d[4] - 4.0F * d[2];
  const Vector odd = d[3] - 4.0F * d[1];
  const Vector outer = d[4] - d[2];
  const Vector inner = 2.0F * (d[3] - d[1]);
  t[0] = 4.0F * d[0] - 5.0F * d[2] + d[4];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = outer + inner;
  t[4] = outer - inner;
  t[5] = 4.0F * d[1] - 5.0F * d[3] + d[5];
}

inline void output_transform(const Vector (&m)[6], Vector (&y)[4]) {
  const Vector sum12 = m[1] + m[2];
  const Vector difference12 = m[1] - m[2];
  const Vector sum34 = m[3] + m[4];
  const Vector difference34 = m[3] - m[4];
  y[0] = m[0] + sum12 + sum34;
  y[1] = difference12 + 2.0F * difference34;
  y[2] = sum12 + 4.0F * sum34;
  y[3] = difference12 + 8.0F * difference34 + m[5];
}

struct Plan {
  int rows;           // The output's channels, filled up to a multiple of kWinogradRows.
  int strips_across;  // In a row of tiles.
  int strips;
  int panels_at_once;
  int blocks;
  std::size_t tiles_in;   // Floats of one element of the transformed input tiles of a block.
  std::size_t tiles_out;  // Likewise of the products.
};

inline Plan plan(const WinogradConv& conv) {
  Plan p;
  p.rows = (conv.channels_out + kWinogradRows - 1) / kWinogradRows * kWinogradRows;
  p.strips_across = (conv.width + kStripWidth - 1) / kStripWidth;
  p.strips = p.strips_across * ((conv.height + kTileSide - 1) / kTileSide);
  const long panel_bytes = static_cast<long>(kTileElements) * (conv.channels_in + p.rows) * kPanel * 4;
  const long fitting = kBlockBytes / panel_bytes;
  const long wanted = fitting < kPanelsMin ? kPanelsMin : fitting > kPanelsMax ? kPanelsMax : fitting;
  // Two blocks for each thread at least, so that one that is held up does not hold up all.
  const long fair = (p.strips / 2 + 1) / (2 * conv.threads);
  p.panels_at_once = static_cast<int>(wanted < fair ? wanted : fair < 1 ? 1 : fair);
  const int strips_at_once = 2 * p.panels_at_once;
  p.blocks = (p.strips + strips_at_once - 1) / strips_at_once;
  p.tiles_in = static_cast<std::size_t>(p.panels_at_once) * conv.channels_in * kPanel + kPadding;
  p.tiles_out = static_cast<std::size_t>(p.panels_at_once) * p.rows * kPanel + kPadding;
  return p;
}

// A strip's place in the picture.
struct Place {
  int x;
  int y;
};

inline Place place_of(const Plan& p, int strip) {
  return {strip % p.strips_across * kStripWidth, strip / p.strips_across * kTileSide};
}

// Takes one channel of one strip through the input's transform and scatters it: element e to `to + e * step`.
inline void scatter_strip(const float* plane, const WinogradConv& conv, Place place, float* to,
                          std::size_t step) {
  constexpr int kRow =
      kStripWidth + 2 * kLanes;  // With the neighbours on both sides, and so that rows stay aligned.
  alignas(64) float edge[kInputRows * kRow];
  const float* from = plane + static_cast<std::ptrdiff_t>(place.y - 1) * conv.width + place.x;
  std::ptrdiff_t stride = conv.width;
  if (place.x == 0 || place.x + kStripWidth >= conv.width || place.y == 0 ||
      place.y + kInputRows - 1 > conv.height) {
    // At the picture's border: from a copy with zeros around.
    for (int row = 0; row < kInputRows; ++row) {
      const int y = place.y - 1 + row;
      float* out = edge + row * kRow + kLanes;
      const bool inside = y >= 0 && y < conv.height;
      const float* in = plane + static_cast<std::ptrdiff_t>(inside ? y : 0) * conv.width + place.x;
      const int readable = !inside                                  ? 0
                           : conv.width - place.x < kStripWidth + 1 ? conv.width - place.x
                                                                    : kStripWidth + 1;
      out[-1] = inside && place.x > 0 ? in[-1] : 0.0F;
      int x = 0;
      for (; x + kLanes <= readable; x += kLanes) store(out + x, load(in + x));
      for (; x < readable; ++x) out[x] = in[x];
      for (; x < kStripWidth + 1; ++x) out[x] = 0.0F;
    }
    from = edge + kLanes;
    stride = kRow;
  }

  Vector half_done[6][6];
  for (int row = 0; row < kInputRows; ++row, from += stride) {
    const Vector in[4] = {load(from), load(from + kLanes), load(from + 2 * kLanes), load(from + 3 * kLanes)};
    Vector fourths[4];
    apart(in, fourths);
    const Vector d[6] = {
        pick(
            fourths[3], splat(from[-1]), [](int i) { return i == 0 ? kLanes : i - 1; }, Lanes{}),
        fourths[0],
        fourths[1],
        fourths[2],
        fourths[3],
        pick(
            fourths[0], splat(from[kStripWidth]), [](int i) { return i + 1; }, Lanes{}),
    };
    input_transform(d, half_done[row]);
  }
  for (int column = 0; column < 6; ++column) {
    const Vector d[6] = {half_done[0][column], half_done[1][column], half_done[2][column],
                         half_done[3][column], half_done[4][column], half_done[5][column]};
    Vector t[6];
    input_transform(d, t);
    for (int row = 0; row < 6; ++row) store(to + (row * 6 + column) * step, t[row]);
  }
}

// kRows output channels of one panel: the sum over the input channels. `weights`: the first of kRows in each
// group of kWinogradRows, of which there is one for each input channel.
inline void multiply(const float* weights, const float* tiles, int channels, float* to) {
  Vector sums[kRows][2];
  for (auto& row : sums) row[0] = row[1] = Vector{};
  for (int c = 0; c < channels; ++c, weights += kWinogradRows, tiles += kPanel) {
    const Vector left = load(tiles);
    const Vector right = load(tiles + kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vector weight = splat(weights[r]);
      sums[r][0] += weight * left;
      sums[r][1] += weight * right;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    store(to + r * kPanel, sums[r][0]);
    store(to + r * kPanel + kLanes, sums[r][1]);
  }
}

// The reverse of scatter_strip, with bias and activation, into the output.
inline void gather_strip(const float* from, std::size_t step, const WinogradConv& conv, int channel,
                         Place place) {
  Vector half_done[4][6];
  for (int column = 0; column < 6; ++column) {
    Vector m[6];
    for (int row = 0; row < 6; ++row) m[row] = load(from + (row * 6 + column) * step);
    Vector y[4];
    output_transform(m, y);
    for (int row = 0; row < 4; ++row) half_done[row][column] = y[row];
  }
  const Vector bias = splat(conv.bias[channel]);
  float* out =
      conv.output + (static_cast<std::ptrdiff_t>(channel) * conv.height + place.y) * conv.width + place.x;
  for (int row = 0; row < kTileSide && place.y + row < conv.height; ++row, out += conv.width) {
    Vector y[4];
    output_transform(half_done[row], y);
    for (Vector& pixels : y) {
      pixels += bias;
      if (conv.relu) pixels = pixels > 0.0F ? pixels : Vector{};
    }
    Vector line[4];
    together(y, line);
    const int left = conv.width - place.x;
    if (left >= kStripWidth) {
      for (int i = 0; i < 4; ++i) store(out + i * kLanes, line[i]);
    } else {
      alignas(64) float spare[kStripWidth];
      for (int i = 0; i < 4; ++i) store(spare + i * kLanes, line[i]);
      for (int x = 0; x < left; ++x) out[x] = spare[x];
    }
  }
}

int blocks(const WinogradConv& conv) { return plan(conv).blocks; }

std::size_t scratch_floats(const WinogradConv& conv) {
  const Plan p = plan(conv);
  return kTileElements * (p.tiles_in + p.tiles_out);
}

void run_block(const WinogradConv& conv, int block, float* scratch) {
  const Plan p = plan(conv);
  float* in = scratch;
  float* out = scratch + kTileElements * p.tiles_in;
  const int strip_first = block * 2 * p.panels_at_once;
  const int strips =
      p.strips - strip_first < 2 * p.panels_at_once ? p.strips - strip_first : 2 * p.panels_at_once;
  const int panels = (strips + 1) / 2;
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(conv.height) * conv.width;

  for (int s = 0; s < strips; ++s) {
    const Place place = place_of(p, strip_first + s);
    float* to = in + static_cast<std::size_t>(s / 2) * conv.channels_in * kPanel + s % 2 * kLanes;
    for (int c = 0; c < conv.channels_in; ++c) {
      const float* from =
          c < conv.first_channels ? conv.first + c * plane : conv.second + (c - conv.first_channels) * plane;
      scatter_strip(from, conv, place, to + static_cast<std::size_t>(c) * kPanel, p.tiles_in);
    }
  }
  // The rest of a last panel holds what was there before: its products are not used.

  const std::size_t group = static_cast<std::size_t>(conv.channels_in) * kWinogradRows;
  const float* weights = conv.weights;
  for (int element = 0; element < kTileElements; ++element) {
    for (int channel = 0; channel < p.rows; channel += kWinogradRows, weights += group) {
      for (int panel = 0; panel < panels; ++panel) {
        const float* tiles =
            in + element * p.tiles_in + static_cast<std::size_t>(panel) * conv.channels_in * kPanel;
        float* products =
            out + element * p.tiles_out + (static_cast<std::size_t>(panel) * p.rows + channel) * kPanel;
        for (int row = 0; row < kWinogradRows; row += kRows) {
          multiply(weights + row, tiles, conv.channels_in, products + row * kPanel);
        }
      }
    }
  }

  for (int channel = 0; channel < conv.channels_out; ++channel) {
    for (int s = 0; s < strips; ++s) {
      const float* from =
          out + (static_cast<std::size_t>(s / 2) * p.rows + channel) * kPanel + s % 2 * kLanes;
      gather_strip(from, p.tiles_out, conv, channel, place_of(p, strip_first + s));
    }
  }
}

constexpr WinogradKernel kKernel{kLanes, blocks, scratch_floats, run_block};

}  // namespace
}  // namespace cutroom::model_onnx
