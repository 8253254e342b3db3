#include "plain_pipeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <onnxruntime_cxx_api.h>
#include <vips/vips8>

namespace cutroom::quality {
namespace {

constexpr int kSide = 1024;

// The value between two neighbours at every point that an output sample shows.
std::vector<double> resized(const std::vector<double>& from, int width, int height, int bands, int to_width,
                            int to_height, Alignment alignment) {
  std::vector<double> to(static_cast<std::size_t>(to_width) * to_height * bands);
  const auto at = [&](int x, int y, int b) {
    return from[(static_cast<std::size_t>(y) * width + x) * bands + b];
  };
  const auto point = [&](int i, int from_side, int to_side) {
    const double scale = static_cast<double>(from_side) / to_side;
    const double exact = alignment == Alignment::corners ? i * scale : (i + 0.5) * scale - 0.5;
    return std::clamp(exact, 0.0, from_side - 1.0);
  };
  for (int y = 0; y < to_height; ++y) {
    for (int x = 0; x < to_width; ++x) {
      const double sx = point(x, width, to_width);
      const double sy = point(y, height, to_height);
      const int x1 = static_cast<int>(std::floor(sx));
      const int y1 = static_cast<int>(std::floor(sy));
      const int x2 = static_cast<int>(std::ceil(sx));
      const int y2 = static_cast<int>(std::ceil(sy));
      const double dx = sx - x1;
      const double dy = sy - y1;
      for (int b = 0; b < bands; ++b) {
        const double value = (1 - dx) * (1 - dy) * at(x1, y1, b) + dx * (1 - dy) * at(x2, y1, b) +
                             (1 - dx) * dy * at(x1, y2, b) + dx * dy * at(x2, y2, b);
        to[(static_cast<std::size_t>(y) * to_width + x) * bands + b] = std::round(value);
      }
    }
  }
  return to;
}

}  // namespace

Photo load_photo(const std::filesystem::path& path) {
  vips::VImage image =
      vips::VImage::new_from_file(path.c_str()).autorot().colourspace(VIPS_INTERPRETATION_sRGB);
  if (image.has_alpha()) image = image.extract_band(0, vips::VImage::option()->set("n", 3));
  std::size_t size = 0;
  void* memory = image.cast(VIPS_FORMAT_UCHAR).write_to_memory(&size);
  Photo photo{image.width(), image.height(), {}};
  photo.rgb.assign(static_cast<unsigned char*>(memory), static_cast<unsigned char*>(memory) + size);
  g_free(memory);
  if (size != static_cast<std::size_t>(photo.width) * photo.height * 3) throw std::runtime_error("not RGB");
  return photo;
}

struct PlainPipeline::Session {
  Ort::Env env{ORT_LOGGING_LEVEL_ERROR, "plain"};
  Ort::Session session{nullptr};
};

PlainPipeline::PlainPipeline(const std::filesystem::path& model) : session_(std::make_unique<Session>()) {
  session_->session = Ort::Session(session_->env, model.c_str(), Ort::SessionOptions{});
}

PlainPipeline::~PlainPipeline() = default;

std::vector<double> PlainPipeline::alpha(const Photo& photo, Alignment alignment) {
  const std::vector<double> small =
      resized({photo.rgb.begin(), photo.rgb.end()}, photo.width, photo.height, 3, kSide, kSide, alignment);
  constexpr std::size_t kPlane = static_cast<std::size_t>(kSide) * kSide;
  std::vector<float> input(3 * kPlane);
  for (std::size_t i = 0; i < kPlane; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      input[c * kPlane + i] = static_cast<float>((small[3 * i + c] - 128.0) / 256.0);
  }
  const std::array<std::int64_t, 4> shape{1, 3, kSide, kSide};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value value =
      Ort::Value::CreateTensor<float>(memory, input.data(), input.size(), shape.data(), shape.size());
  const char* input_name = "input";
  const char* output_name = "output";
  const auto results =
      session_->session.Run(Ort::RunOptions{nullptr}, &input_name, &value, 1, &output_name, 1);
  const float* output = results[0].GetTensorData<float>();

  std::vector<double> map(kPlane);
  output_mean_ = 0.0;
  for (std::size_t i = 0; i < kPlane; ++i) {
    output_mean_ += static_cast<double>(output[i]) / kPlane;
    map[i] = std::floor(static_cast<double>(output[i]) * 255.0);
  }
  return resized(map, kSide, kSide, 1, photo.width, photo.height, alignment);
}

}  // namespace cutroom::quality
