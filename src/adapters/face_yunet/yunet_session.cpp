#include "adapters/face_yunet/yunet_session.hpp"

#include <algorithm>
#include <array>

#include <onnxruntime_session_options_config_keys.h>

namespace cutroom::face_yunet {
namespace {

using imaging::Image;
using imaging::Size;

constexpr std::array<const char*, 12> kOutputs{"cls_8",   "obj_8",  "bbox_8", "kps_8",  "cls_16",  "obj_16",
                                               "bbox_16", "kps_16", "cls_32", "obj_32", "bbox_32", "kps_32"};
constexpr std::array<std::size_t, 4> kValuesPerCell{1, 1, 4, 10};
// The network halves five times.
constexpr int kMultiple = 32;
// Where the network has no size of its own: faces of 10 to 300 pixels are found, which at this size is what
// photos have.
constexpr int kSideMax = 640;

Ort::SessionOptions session_options() {
  Ort::SessionOptions options;
  options.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
  options.SetExecutionMode(ExecutionMode::ORT_SEQUENTIAL);
  // One run takes a few hundredths of a second on one core, and several photos are looked at side by side.
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
  return options;
}

Error not_yunet(std::string what) {
  return {.code = Errc::invalid_input, .message = "The face model's file is not YuNet: " + std::move(what)};
}

// Blue, green, red planes of 0..255.
std::vector<float> planes_of(const Image& picture, Size input) {
  const std::size_t plane = input.pixels();
  std::vector<float> values(3 * plane, 0.0F);
  for (int y = 0; y < picture.size.height; ++y) {
    const std::uint8_t* row = picture.row(y);
    float* to = values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(input.width);
    for (int x = 0; x < picture.size.width; ++x, row += 3, ++to)
      for (std::size_t c = 0; c < 3; ++c) to[c * plane] = row[2 - c];
  }
  return values;
}

std::span<const float> values_of(const Ort::Value& value) {
  return {value.GetTensorData<float>(), value.GetTensorTypeAndShapeInfo().GetElementCount()};
}

}  // namespace

YunetSession::YunetSession(const Bytes& model)
    // What goes wrong is thrown as well; the library's own log would say it twice.
    : env_(ORT_LOGGING_LEVEL_FATAL, "cutroom-faces"),
      session_(env_, model.data(), model.size(), session_options()) {
  const Ort::AllocatorWithDefaultOptions allocator;
  if (session_.GetInputCount() == 1) {
    input_name_ = session_.GetInputNameAllocated(0, allocator).get();
    const Ort::TypeInfo info = session_.GetInputTypeInfo(0);
    if (info.GetONNXType() == ONNX_TYPE_TENSOR) {
      const auto tensor = info.GetTensorTypeAndShapeInfo();
      if (tensor.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) input_shape_ = tensor.GetShape();
    }
  }
  for (std::size_t i = 0; i < session_.GetOutputCount(); ++i)
    output_names_.emplace_back(session_.GetOutputNameAllocated(i, allocator).get());
}

Result<void> YunetSession::check() const {
  if (input_shape_.size() != 4 || input_shape_[1] != 3)
    return not_yunet("it should take one picture of three colours");
  for (const std::int64_t side : {input_shape_[2], input_shape_[3]})
    if (side != -1 && (side < kMultiple || side > 4096 || side % kMultiple != 0))
      return not_yunet("its input's sides should be multiples of 32");
  for (const char* name : kOutputs)
    if (std::find(output_names_.begin(), output_names_.end(), name) == output_names_.end())
      return not_yunet("it has no output " + std::string(name));
  return {};
}

Size YunetSession::picture_max() const {
  const auto side = [&](std::size_t axis) {
    return input_shape_[axis] > 0 ? static_cast<int>(input_shape_[axis]) : kSideMax;
  };
  return {side(3), side(2)};
}

Size YunetSession::input_for(Size picture) const {
  const auto side = [&](std::size_t axis, int length) {
    if (input_shape_[axis] > 0) return static_cast<int>(input_shape_[axis]);
    return (length + kMultiple - 1) / kMultiple * kMultiple;
  };
  return {side(3, picture.width), side(2, picture.height)};
}

std::vector<imaging::DetectedFace> YunetSession::run(const Image& picture, double score_least) const {
  const Size input = input_for(picture.size);
  std::vector<float> planes = planes_of(picture, input);
  const std::array<std::int64_t, 4> shape{1, 3, input.height, input.width};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value given =
      Ort::Value::CreateTensor<float>(memory, planes.data(), planes.size(), shape.data(), shape.size());
  const char* input_name = input_name_.c_str();
  const std::vector<Ort::Value> outputs =
      session_.Run(Ort::RunOptions(), &input_name, &given, 1, kOutputs.data(), kOutputs.size());

  std::vector<imaging::DetectedFace> faces;
  for (std::size_t i = 0; i < kStrides.size(); ++i) {
    const int stride = kStrides[i];
    Head head{.stride = stride,
              .columns = input.width / stride,
              .rows = input.height / stride,
              .classes = values_of(outputs[4 * i]),
              .objects = values_of(outputs[4 * i + 1]),
              .boxes = values_of(outputs[4 * i + 2]),
              .landmarks = values_of(outputs[4 * i + 3])};
    const std::size_t cells = static_cast<std::size_t>(head.columns) * static_cast<std::size_t>(head.rows);
    const std::array parts{head.classes, head.objects, head.boxes, head.landmarks};
    for (std::size_t k = 0; k < parts.size(); ++k)
      if (parts[k].size() != cells * kValuesPerCell[k])
        throw Ort::Exception("an output has another size than its cells", ORT_FAIL);
    add_faces(head, score_least, faces);
  }
  return faces;
}

}  // namespace cutroom::face_yunet
