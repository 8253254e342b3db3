// Compiled for processors with AVX512 (CMakeLists.txt has the options).
namespace cutroom::model_onnx {
namespace {
constexpr int kLanes = 16;
constexpr int kRows = 8;  // Their sums are all the registers hold.
}  // namespace
}  // namespace cutroom::model_onnx

#include "adapters/model_onnx/winograd_tiles.hpp"

namespace cutroom::model_onnx {

extern const WinogradKernel kWinogradAvx512;
const WinogradKernel kWinogradAvx512 = kKernel;

}  // namespace cutroom::model_onnx
