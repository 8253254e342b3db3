#include "adapters/model_onnx/fast_conv_op.hpp"

#include <atomic>
#include <memory>

namespace cutroom::model_onnx {
namespace {

// Each thread of the runtime keeps the memory of the largest convolution it worked at: a few megabytes.
float* scratch_of_this_thread(std::size_t floats) {
  thread_local AlignedFloats scratch;
  if (scratch.size() < floats) scratch = AlignedFloats(floats);
  return scratch.data();
}

// The operator's functions are called by the runtime's code, into which nothing may be thrown.
template <class Fn>
OrtStatusPtr as_status(Fn fn) {
  try {
    fn();
    return nullptr;
  } catch (const Ort::Exception& error) {
    return Ort::GetApi().CreateStatus(error.GetOrtErrorCode(), error.what());
  } catch (const std::exception& error) {
    return Ort::GetApi().CreateStatus(ORT_FAIL, error.what());
  }
}

}  // namespace

OrtStatusPtr FastConvKernel::ComputeV2(OrtKernelContext* raw) {
  return as_status([&] {
    Ort::KernelContext context(raw);
    run(context);
  });
}

void FastConvKernel::run(Ort::KernelContext& context) const {
  const Ort::ConstValue first = context.GetInput(0);
  const auto shape = first.GetTensorTypeAndShapeInfo().GetShape();
  if (shape.size() != 4 || shape[0] != 1) throw Ort::Exception("one picture at a time", ORT_INVALID_ARGUMENT);
  WinogradConv conv{.first = first.GetTensorData<float>(),
                    .first_channels = static_cast<int>(shape[1]),
                    .channels_in = conv_.channels_in,
                    .channels_out = conv_.channels_out,
                    .height = static_cast<int>(shape[2]),
                    .width = static_cast<int>(shape[3]),
                    .weights = conv_.weights.data(),
                    .bias = conv_.bias.data(),
                    .relu = conv_.relu,
                    .threads = threads_};
  std::int64_t channels = shape[1];
  if (context.GetInputCount() > 1) {
    const Ort::ConstValue second = context.GetInput(1);
    const auto rest = second.GetTensorTypeAndShapeInfo().GetShape();
    if (rest.size() != 4 || rest[0] != 1 || rest[2] != shape[2] || rest[3] != shape[3]) {
      throw Ort::Exception("two tensors of one size", ORT_INVALID_ARGUMENT);
    }
    conv.second = second.GetTensorData<float>();
    channels += rest[1];
  }
  if (channels != conv.channels_in) throw Ort::Exception("another number of channels", ORT_INVALID_ARGUMENT);
  auto output = context.GetOutput(0, {1, conv.channels_out, shape[2], shape[3]});
  conv.output = output.GetTensorMutableData<float>();

  const WinogradKernel& kernel = winograd_kernel(conv.width);
  struct Work {
    const WinogradKernel& kernel;
    const WinogradConv& conv;
    std::size_t scratch_floats;
    // The runtime hands work to its threads and back in an orderly way, but ThreadSanitizer can't see into
    // it. This it can.
    std::atomic<int> handed_over = 0;
  } work{kernel, conv, kernel.scratch_floats(conv)};
  work.handed_over.store(1, std::memory_order_release);
  context.ParallelFor(
      [](void* data, std::size_t block) {
        Work& w = *static_cast<Work*>(data);
        static_cast<void>(w.handed_over.load(std::memory_order_acquire));
        w.kernel.run_block(w.conv, static_cast<int>(block), scratch_of_this_thread(w.scratch_floats));
        w.handed_over.fetch_add(1, std::memory_order_release);
      },
      static_cast<std::size_t>(kernel.blocks(conv)), 0, &work);
  static_cast<void>(work.handed_over.load(std::memory_order_acquire));
}

OrtStatusPtr FastConvOp::CreateKernelV2(const OrtApi&, const OrtKernelInfo* raw, void** kernel) const {
  return as_status([&] {
    const Ort::ConstKernelInfo info(raw);
    const auto index = static_cast<std::size_t>(info.GetAttribute<std::int64_t>(kFastConvIndex));
    *kernel = std::make_unique<FastConvKernel>(convs_.at(index), threads_).release();
  });
}

Ort::Status FastConvOp::InferOutputShape(Ort::ShapeInferContext& context) {
  Ort::ShapeInferContext::Shape shape = context.GetInputShape(0);
  if (shape.size() == 4) {
    shape[1] = context.GetAttrInt(kFastConvChannels);
    return context.SetOutputShape(0, shape);
  }
  return Ort::Status{nullptr};
}

}  // namespace cutroom::model_onnx
