// Compiled for processors with AVX2 (CMakeLists.txt has the options).
namespace cutroom::model_onnx {
namespace {
constexpr int kLanes = 8;
constexpr int kRows = 4;  // Their sums are all the registers hold.
}  // namespace
}  // namespace cutroom::model_onnx

#include "adapters/model_onnx/winograd_tiles.hpp"

namespace cutroom::model_onnx {

extern const WinogradKernel kWinogradAvx2;
const WinogradKernel kWinogradAvx2 = kKernel;

}  // namespace cutroom::model_onnx
