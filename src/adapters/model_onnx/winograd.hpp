// 3 x 3 convolutions with a quarter of the multiplications: Winograd's F(4x4, 3x3).
//
// Four by four output pixels of a channel are computed from six by six input pixels. Both are taken through
// small fixed transforms, between which the convolution is 36 independent products, one for each element of
// the transformed tile, summed over the input channels: 36 multiplications where the definition needs 144.
// (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015.) Single precision loses about
// one decimal digit by it.
#pragma once

#include <cstddef>

namespace cutroom::model_onnx {

inline constexpr int kTileElements = 36;
// Output channels of one inner loop; the weights are laid out for it.
inline constexpr int kWinogradRows = 8;

// One convolution of one picture: stride 1, one pixel of zeros around, channel by row by column.
struct WinogradConv {
  // The input's channels; the last ones may lie elsewhere, which spares joining two tensors first.
  const float* first = nullptr;
  const float* second = nullptr;
  int first_channels = 0;
  int channels_in = 0;
  int channels_out = 0;
  int height = 0;
  int width = 0;
  const float* weights = nullptr;  // Made by transform_weights().
  const float* bias = nullptr;     // One for each output channel.
  bool relu = false;
  int threads = 1;  // How many will share the work.
  float* output = nullptr;
};

// The code for one family of processors.
struct WinogradKernel {
  int lanes;  // Tiles in a vector.
  // How many blocks the work falls into, each of which can be done by another thread.
  int (*blocks)(const WinogradConv&);
  std::size_t (*scratch_floats)(const WinogradConv&);
  // `scratch`: scratch_floats() of the caller's, aligned to 64 bytes, with any content.
  void (*run_block)(const WinogradConv&, int block, float* scratch);
};

// Whether this processor can run any.
bool has_winograd();
// The best for pictures of this width. Only where has_winograd().
const WinogradKernel& winograd_kernel(int width);
// By name, "avx512" or "avx2"; nullptr: this processor can't run it. For tests.
const WinogradKernel* winograd_kernel(const char* name);

// `weights`: out by in by 3 by 3. `to`: transformed_floats() of them. The result serves every kernel.
std::size_t transformed_floats(int channels_out, int channels_in);
void transform_weights(const float* weights, int channels_out, int channels_in, float* to);

}  // namespace cutroom::model_onnx
