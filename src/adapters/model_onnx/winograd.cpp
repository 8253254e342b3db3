#include "adapters/model_onnx/winograd.hpp"

#include <algorithm>
#include <string_view>

namespace cutroom::model_onnx {

#if defined(__x86_64__)
extern const WinogradKernel kWinogradAvx512;
extern const WinogradKernel kWinogradAvx2;
#endif

const WinogradKernel* winograd_kernel(const char* name) {
#if defined(__x86_64__)
  // The builtin knows, beyond the processor, whether the operating system saves the wide registers.
  if (std::string_view(name) == "avx512" && __builtin_cpu_supports("avx512f")) return &kWinogradAvx512;
  if (std::string_view(name) == "avx2" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return &kWinogradAvx2;
  }
#endif
  (void)name;
  return nullptr;
}

bool has_winograd() { return winograd_kernel("avx2") != nullptr; }

const WinogradKernel& winograd_kernel(int width) {
  static const WinogradKernel* const wide = winograd_kernel("avx512");
  static const WinogradKernel* const narrow = winograd_kernel("avx2");
  // Where the wide vectors would be half empty, the narrow ones are faster.
  const auto computed = [width](const WinogradKernel& kernel) {
    const int strip = 4 * kernel.lanes;
    return (width + strip - 1) / strip * strip;
  };
  return wide != nullptr && computed(*wide) <= computed(*narrow) * 5 / 4 ? *wide : *narrow;
}

namespace {

std::size_t element_floats(int channels_out, int channels_in) {
  const int groups = (channels_out + kWinogradRows - 1) / kWinogradRows;
  return static_cast<std::size_t>(groups) * kWinogradRows * channels_in;
}

}  // namespace

std::size_t transformed_floats(int channels_out, int channels_in) {
  return kTileElements * element_floats(channels_out, channels_in);
}

void transform_weights(const float* weights, int channels_out, int channels_in, float* to) {
  constexpr double kG[6][3] = {{1.0 / 4, 0, 0},
                               {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                               {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                               {1.0 / 24, 1.0 / 12, 1.0 / 6},
                               {1.0 / 24, -1.0 / 12, 1.0 / 6},
                               {0, 0, 1}};
  constexpr int rows = kWinogradRows;
  const std::size_t element_step = element_floats(channels_out, channels_in);
  if (channels_out % rows != 0) std::fill_n(to, kTileElements * element_step, 0.0F);
  for (int out = 0; out < channels_out; ++out) {
    for (int in = 0; in < channels_in; ++in) {
      const float* g = weights + (static_cast<std::size_t>(out) * channels_in + in) * 9;
      double half[6][3];
      for (int i = 0; i < 6; ++i) {
        for (int j = 0; j < 3; ++j) half[i][j] = kG[i][0] * g[j] + kG[i][1] * g[3 + j] + kG[i][2] * g[6 + j];
      }
      // By element, then by group of output channels, then by input channel: the order they are read in.
      float* place = to + (static_cast<std::size_t>(out / rows) * channels_in + in) * rows + out % rows;
      for (int i = 0; i < 6; ++i) {
        for (int j = 0; j < 6; ++j) {
          const double value = half[i][0] * kG[j][0] + half[i][1] * kG[j][1] + half[i][2] * kG[j][2];
          place[static_cast<std::size_t>(i * 6 + j) * element_step] = static_cast<float>(value);
        }
      }
    }
  }
}

}  // namespace cutroom::model_onnx
