#include "imaging/preprocess.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

int scaled_side(int side, double factor) { return std::max(1, static_cast<int>(std::lround(side * factor))); }

int to_multiple(double side, int multiple) {
  return std::max(multiple, static_cast<int>(std::lround(side / multiple)) * multiple);
}

using Table = std::array<float, 256>;

// What each of the 256 sample values becomes in one channel: the arithmetic is done 256 times instead of
// millions.
Table make_table(float divisor, float mean, float std) {
  Table table;
  for (int v = 0; v < 256; ++v) table[v] = (static_cast<float>(v) / divisor - mean) / std;
  return table;
}

}  // namespace

Placement place(Size picture, const ModelSpec& spec) {
  const Size full{spec.input_width, spec.input_height};
  switch (spec.fit) {
    case Fit::squash:
      return {full, full};
    case Fit::letterbox: {
      const double factor = std::min(static_cast<double>(full.width) / picture.width,
                                     static_cast<double>(full.height) / picture.height);
      return {full,
              {std::min(full.width, scaled_side(picture.width, factor)),
               std::min(full.height, scaled_side(picture.height, factor))}};
    }
    case Fit::short_side: {
      const double factor = static_cast<double>(full.width) / std::min(picture.width, picture.height);
      const Size size{to_multiple(picture.width * factor, spec.multiple),
                      to_multiple(picture.height * factor, spec.multiple)};
      return {size, size};
    }
  }
  return {full, full};
}

Tensor to_tensor(const Image& rgb, const ModelSpec& spec) {
  assert(rgb.bands == 3);
  const auto [input, scaled] = place(rgb.size, spec);
  const Image small = resample(rgb, scaled, spec.filter);

  float divisor = spec.divisor_value;
  if (spec.divisor == Divisor::picture_max) {
    const auto all = small.samples.span();
    divisor = std::max(static_cast<float>(*std::max_element(all.begin(), all.end())), 1e-6F);
  }
  // Mean and std are given in the order of the picture's bands, whatever the order of the model's channels.
  std::array<Table, 3> tables;
  for (int band = 0; band < 3; ++band) tables[band] = make_table(divisor, spec.mean[band], spec.std[band]);

  Tensor tensor{3, input.height, input.width, {}};
  const std::size_t plane = input.pixels();
  tensor.values.resize(plane * 3);
  const bool swapped = spec.order == ChannelOrder::bgr;
  std::array<float*, 3> planes{tensor.values.data(), tensor.values.data() + plane,
                               tensor.values.data() + 2 * plane};
  if (swapped) std::swap(planes[0], planes[2]);
  for (int y = 0; y < input.height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * static_cast<std::size_t>(input.width);
    const int filled = y < scaled.height ? scaled.width : 0;
    const std::uint8_t* row = filled > 0 ? small.row(y) : nullptr;
    for (int band = 0; band < 3; ++band) {
      const Table& table = tables[band];
      float* out = planes[band] + start;
      for (int x = 0; x < filled; ++x) out[x] = table[row[3 * x + band]];
      // Padding is black, and goes through the same arithmetic.
      std::fill(out + filled, out + input.width, table[0]);
    }
  }
  return tensor;
}

}  // namespace cutroom::imaging
