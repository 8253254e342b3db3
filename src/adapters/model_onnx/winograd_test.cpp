#include "adapters/model_onnx/winograd.hpp"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/model_onnx/fast_convs.hpp"

namespace cutroom::model_onnx {
namespace {

struct Case {
  int channels_in, channels_out, height, width;
  int second_channels = 0;  // Of channels_in.
  bool relu = false;
};

double by_definition(const Case& c, const std::vector<float>& input, const std::vector<float>& weights,
                     const std::vector<float>& bias, int channel, int y, int x) {
  double sum = bias[channel];
  for (int in = 0; in < c.channels_in; ++in) {
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        if (y + dy < 0 || y + dy >= c.height || x + dx < 0 || x + dx >= c.width) continue;
        sum += static_cast<double>(
                   input[(static_cast<std::size_t>(in) * c.height + y + dy) * c.width + x + dx]) *
               static_cast<double>(weights[(static_cast<std::size_t>(channel) * c.channels_in + in) * 9 +
                                           (dy + 1) * 3 + dx + 1]);
      }
    }
  }
  return c.relu ? std::max(sum, 0.0) : sum;
}

void check(const WinogradKernel& kernel, const Case& c) {
  SCOPED_TRACE(std::to_string(c.channels_in) + " to " + std::to_string(c.channels_out) + ", " +
               std::to_string(c.height) + " x " + std::to_string(c.width));
  std::mt19937 random(static_cast<unsigned>(c.channels_in * 1000 + c.width));
  std::uniform_real_distribution<float> values(-1.0F, 1.0F);
  const auto filled = [&](std::size_t count, float scale) {
    std::vector<float> made(count);
    for (float& value : made) value = values(random) * scale;
    return made;
  };
  const std::size_t plane = static_cast<std::size_t>(c.height) * c.width;
  const std::vector<float> input = filled(plane * c.channels_in, 1.0F);
  const std::vector<float> weights = filled(static_cast<std::size_t>(c.channels_out) * c.channels_in * 9,
                                            1.0F / std::sqrt(9.0F * static_cast<float>(c.channels_in)));
  const std::vector<float> bias = filled(c.channels_out, 1.0F);
  // The second part of the input really lies elsewhere, and what surrounds all of it is not to be read.
  const int first = c.channels_in - c.second_channels;
  const std::vector<float> head(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(plane * first));
  const std::vector<float> tail(input.begin() + static_cast<std::ptrdiff_t>(plane * first), input.end());

  AlignedFloats transformed(transformed_floats(c.channels_out, c.channels_in));
  transform_weights(weights.data(), c.channels_out, c.channels_in, transformed.data());
  std::vector<float> output(plane * c.channels_out, NAN);
  const WinogradConv conv{.first = head.data(),
                          .second = tail.data(),
                          .first_channels = first,
                          .channels_in = c.channels_in,
                          .channels_out = c.channels_out,
                          .height = c.height,
                          .width = c.width,
                          .weights = transformed.data(),
                          .bias = bias.data(),
                          .relu = c.relu,
                          .threads = 1 + c.width % 3,
                          .output = output.data()};
  AlignedFloats scratch(kernel.scratch_floats(conv));
  std::fill_n(scratch.data(), scratch.size(), NAN);
  for (int block = kernel.blocks(conv) - 1; block >= 0; --block)
    kernel.run_block(conv, block, scratch.data());

  for (int channel = 0; channel < c.channels_out; ++channel) {
    for (int y = 0; y < c.height; ++y) {
      for (int x = 0; x < c.width; ++x) {
        // Single precision gives 1e-7 at these sizes; the transforms multiply it by some tens. A wrong
        // element is off by a tenth and more.
        ASSERT_NEAR(output[(static_cast<std::size_t>(channel) * c.height + y) * c.width + x],
                    by_definition(c, input, weights, bias, channel, y, x), 2e-5)
            << "channel " << channel << ", row " << y << ", column " << x;
      }
    }
  }
}

class winograd : public testing::TestWithParam<const char*> {};

TEST_P(winograd, gives_what_the_definition_gives) {
  const WinogradKernel* kernel = winograd_kernel(GetParam());
  // Smaller than a tile, than a strip; borders on every side of a tile; several strips across, several
  // blocks.
  for (const int side : {1, 2, 3, 4, 5, 31, 32, 33}) check(*kernel, {8, 8, side, side});
  check(*kernel, {8, 8, 3, 200});
  check(*kernel, {8, 8, 130, 7});
  check(*kernel, {16, 24, 67, 129, 0, true});
  check(*kernel, {24, 16, 40, 64, 8, true});
  check(*kernel, {9, 1, 70, 65, 4});  // Channels that fill no group.
  check(*kernel, {11, 13, 20, 64, 1});
  check(*kernel, {300, 8, 12, 36, 150});
}

// Those that this processor can run.
std::vector<const char*> runnable() {
  std::vector<const char*> names;
  for (const char* name : {"avx2", "avx512"}) {
    if (winograd_kernel(name) != nullptr) names.push_back(name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(processors, winograd, testing::ValuesIn(runnable()),
                         [](const auto& tested) { return std::string(tested.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(winograd);

}  // namespace
}  // namespace cutroom::model_onnx
