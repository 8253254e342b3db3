#include "adapters/model_onnx/onnx_session.hpp"

#include <thread>

#include <onnxruntime_session_options_config_keys.h>

namespace cutroom::model_onnx {
namespace {

using imaging::ModelSpec;
using imaging::Tensor;
using Shape = std::vector<std::int64_t>;

Ort::SessionOptions session_options(const OnnxOptions& options) {
  Ort::SessionOptions session;
  session.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
  session.SetExecutionMode(ExecutionMode::ORT_SEQUENTIAL);
  session.EnableCpuMemArena();
  // The pattern would hold one block for all of a run's values: 2.2 GB instead of 1.4 GB for IS-Net at 1024 x
  // 1024, and a slow second run.
  session.DisableMemPattern();
  session.SetInterOpNumThreads(1);
  session.SetIntraOpNumThreads(threads_of(options));
  session.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, options.spinning ? "1" : "0");
  return session;
}

std::string shown(const Shape& shape) {
  std::string out;
  for (const std::int64_t side : shape)
    out += (out.empty() ? "" : " x ") + (side < 0 ? "any" : std::to_string(side));
  return out.empty() ? "nothing" : out;
}

bool fits(const Shape& shape, const Shape& wanted) {
  if (shape.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    // A wanted -1: must be free. A wanted 0: may be anything.
    if (wanted[i] == 0 || shape[i] == -1) continue;
    if (shape[i] != wanted[i]) return false;
  }
  return true;
}

Error misfit(const ModelSpec& spec, std::string field, std::string problem) {
  return {.code = Errc::invalid_input,
          .message = "The sidecar of model " + spec.name + " does not fit " + spec.file + ": " + field + " " +
                     problem,
          .fields = {{std::move(field), std::move(problem)}}};
}

}  // namespace

int threads_of(const OnnxOptions& options) {
  if (options.intra_threads > 0) return options.intra_threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

OnnxSession::OnnxSession(std::span<const std::uint8_t> model, const OnnxOptions& options, int output,
                         std::unique_ptr<FastConvOp> fast)
    // What goes wrong is thrown as well, and whoever handles it logs it: the library's own log would say it
    // twice.
    : fast_(std::move(fast)),
      // What goes wrong is thrown as well, and whoever handles it logs it: the library's own log would say it
      // twice.
      env_(ORT_LOGGING_LEVEL_FATAL, "cutroom") {
  Ort::SessionOptions settings = session_options(options);
  if (fast_) {
    fast_domain_ = Ort::CustomOpDomain(kFastConvDomain);
    fast_domain_.Add(fast_.get());
    settings.Add(fast_domain_);
  }
  session_ = Ort::Session(env_, model.data(), model.size(), settings);

  const auto describe = [](auto name, const Ort::TypeInfo& info) {
    Value value{.name = name.get()};
    if (info.GetONNXType() == ONNX_TYPE_TENSOR) {
      const auto tensor = info.GetTensorTypeAndShapeInfo();
      value.type = tensor.GetElementType();
      value.shape = tensor.GetShape();
    }
    return value;
  };
  Ort::AllocatorWithDefaultOptions allocator;
  inputs_ = session_.GetInputCount();
  if (inputs_ > 0)
    input_ = describe(session_.GetInputNameAllocated(0, allocator), session_.GetInputTypeInfo(0));
  const auto index = static_cast<std::size_t>(output);
  if (index < session_.GetOutputCount()) {
    output_ = describe(session_.GetOutputNameAllocated(index, allocator), session_.GetOutputTypeInfo(index));
  }
}

Result<void> OnnxSession::check(const ModelSpec& spec) const {
  if (inputs_ != 1) return misfit(spec, "input", "is one, the model has " + std::to_string(inputs_));
  if (input_.type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
    return misfit(spec, "input", "must be of type float");
  const bool any_size = spec.fit == imaging::Fit::short_side;
  const Shape wanted{1, 3, any_size ? -1 : spec.input_height, any_size ? -1 : spec.input_width};
  if (!fits(input_.shape, wanted)) {
    return misfit(spec, "input.width and input.height",
                  "ask for " + shown(wanted) + ", the model takes " + shown(input_.shape));
  }
  if (output_.name.empty()) {
    return misfit(spec, "output.index",
                  "is " + std::to_string(spec.output_index) + ", which the model does not have");
  }
  if (output_.type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
    return misfit(spec, "output", "must be of type float");
  if (!fits(output_.shape, {1, 0, 0, 0}) && !fits(output_.shape, {1, 0, 0})) {
    return misfit(spec, "output",
                  "must be 1 x channels x height x width or 1 x height x width, the model gives " +
                      shown(output_.shape));
  }
  const std::int64_t channels = output_.shape.size() == 4 ? output_.shape[1] : 1;
  const int needed = spec.output_kind == imaging::OutputKind::classes ? 2 : spec.output_channel + 1;
  if (channels >= 0 && channels < needed) {
    return misfit(
        spec, "output.channel",
        "needs " + std::to_string(needed) + " channels, the model gives " + std::to_string(channels));
  }
  return {};
}

Tensor OnnxSession::run(Tensor input, std::stop_token stop) {
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const std::array<std::int64_t, 4> shape{1, input.channels, input.height, input.width};
  const Ort::Value given = Ort::Value::CreateTensor<float>(memory, input.values.data(), input.values.size(),
                                                           shape.data(), shape.size());
  Ort::RunOptions options;
  // Seen by the runtime before the next node.
  const std::stop_callback on_stop(stop, [&options] { options.SetTerminate(); });
  const char* input_name = input_.name.c_str();
  const char* output_name = output_.name.c_str();
  const auto results = session_.Run(options, &input_name, &given, 1, &output_name, 1);

  const Shape dims = results[0].GetTensorTypeAndShapeInfo().GetShape();
  Tensor output;
  if (dims.size() == 3 || dims.size() == 4) {
    output.channels = dims.size() == 4 ? static_cast<int>(dims[1]) : 1;
    output.height = static_cast<int>(dims[dims.size() - 2]);
    output.width = static_cast<int>(dims[dims.size() - 1]);
  }
  const float* values = results[0].GetTensorData<float>();
  const std::size_t count = static_cast<std::size_t>(output.channels) *
                            static_cast<std::size_t>(output.height) * static_cast<std::size_t>(output.width);
  output.values.assign(values, values + count);
  return output;
}

}  // namespace cutroom::model_onnx
