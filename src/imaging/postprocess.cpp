#include "imaging/postprocess.hpp"

#include <algorithm>
#include <cmath>

#include "imaging/preprocess.hpp"
#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

// The part of the model's output that shows the picture. The output may be coarser than the input
// (withoutBG).
Size shown_part(const Tensor& output, Size picture, const ModelSpec& spec) {
  const auto [input, scaled] = place(picture, spec);
  const auto part = [](int side, int of, int out) {
    return std::clamp(static_cast<int>(std::lround(static_cast<double>(side) / of * out)), 1, out);
  };
  return {part(scaled.width, input.width, output.width), part(scaled.height, input.height, output.height)};
}

const float* row_of(const Tensor& output, int channel, int y) {
  const std::size_t plane = static_cast<std::size_t>(output.width) * static_cast<std::size_t>(output.height);
  return output.values.data() + plane * static_cast<std::size_t>(channel) +
         static_cast<std::size_t>(output.width) * static_cast<std::size_t>(y);
}

std::uint8_t to_byte(float share) {
  return static_cast<std::uint8_t>(std::clamp(share, 0.0F, 1.0F) * 255.0F);
}

void alpha_mask(const Tensor& output, const ModelSpec& spec, Mask& mask) {
  const auto activated = [&](float value) {
    return spec.activation == Activation::sigmoid ? 1.0F / (1.0F + std::exp(-value)) : value;
  };
  float low = 0.0F;
  float high = 1.0F;
  if (spec.minmax) {
    // The activation is monotonic: the extremes of the raw values are the extremes of the activated ones.
    low = high = row_of(output, spec.output_channel, 0)[0];
    for (int y = 0; y < mask.size.height; ++y) {
      const float* row = row_of(output, spec.output_channel, y);
      const auto [least, most] = std::minmax_element(row, row + mask.size.width);
      low = std::min(low, *least);
      high = std::max(high, *most);
    }
    low = activated(low);
    high = activated(high);
    if (!(high > low)) {
      low = 0.0F;
      high = 1.0F;
    }
  }
  const float range = high - low;
  for (int y = 0; y < mask.size.height; ++y) {
    const float* row = row_of(output, spec.output_channel, y);
    std::uint8_t* out = mask.row(y);
    for (int x = 0; x < mask.size.width; ++x) out[x] = to_byte((activated(row[x]) - low) / range);
  }
}

void classes_mask(const Tensor& output, Mask& mask) {
  for (int y = 0; y < mask.size.height; ++y) {
    const float* background = row_of(output, 0, y);
    std::uint8_t* out = mask.row(y);
    std::fill(out, out + mask.size.width, std::uint8_t{0});
    for (int channel = 1; channel < output.channels; ++channel) {
      const float* row = row_of(output, channel, y);
      for (int x = 0; x < mask.size.width; ++x) {
        if (row[x] > background[x]) out[x] = 255;
      }
    }
  }
}

}  // namespace

Result<Mask> to_small_mask(const Tensor& output, Size picture, const ModelSpec& spec) {
  const int channels_needed = spec.output_kind == OutputKind::classes ? 2 : spec.output_channel + 1;
  const std::size_t expected = static_cast<std::size_t>(output.channels) *
                               static_cast<std::size_t>(output.height) *
                               static_cast<std::size_t>(output.width);
  if (output.width < 1 || output.height < 1 || output.channels < channels_needed ||
      output.values.size() != expected) {
    return Error{.code = Errc::model_failed,
                 .detail = spec.name + ": output of " + std::to_string(output.channels) + " x " +
                           std::to_string(output.height) + " x " + std::to_string(output.width) + " with " +
                           std::to_string(output.values.size()) + " values; at least " +
                           std::to_string(channels_needed) + " channels needed"};
  }
  Mask mask(shown_part(output, picture, spec), 1);
  if (spec.output_kind == OutputKind::classes) {
    classes_mask(output, mask);
  } else {
    alpha_mask(output, spec, mask);
  }
  return mask;
}

Result<Mask> to_mask(const Tensor& output, Size picture, const ModelSpec& spec) {
  auto small = to_small_mask(output, picture, spec);
  if (!small || small->size == picture) return small;
  return resample(*small, picture, spec.mask_filter);
}

}  // namespace cutroom::imaging
