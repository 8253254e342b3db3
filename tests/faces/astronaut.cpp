#include "astronaut.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>

#include "adapters/face_dlib/dlib_detector.hpp"
#include "adapters/face_yunet/yunet_detector.hpp"
#include "app/face_presets.hpp"
#include "imaging/face_crop.hpp"

namespace cutroom::test {

namespace fs = std::filesystem;
using imaging::Image;

const imaging::ImageCodec& codec() {
  static const codec_vips::VipsLibrary library;
  static const codec_vips::VipsCodec vips(library);
  return vips;
}

std::optional<Image> sample(const std::string& name) {
  std::ifstream in(fs::path(CUTROOM_SOURCE_DIR) / ".deps/samples" / name, std::ios::binary);
  if (!in) return std::nullopt;
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  auto decoded =
      codec().decode(std::span(reinterpret_cast<const std::uint8_t*>(file.data()), file.size()), {});
  return decoded ? std::optional(std::move(decoded->rgb)) : std::nullopt;
}

Image copy_of(const Image& image) {
  Image out(image.size, image.bands);
  std::copy_n(image.samples.data(), image.samples.size(), out.samples.data());
  return out;
}

Image turned(const Image& image, double degrees) {
  const double angle = -degrees * std::numbers::pi / 180.0;
  imaging::Affine turn{
      .a = std::cos(angle), .b = std::sin(angle), .c = -std::sin(angle), .d = std::cos(angle)};
  const imaging::Point middle{image.size.width / 2.0, image.size.height / 2.0};
  const imaging::Point moved = turn(middle);
  turn.x = middle.x - moved.x;
  turn.y = middle.y - moved.y;
  return imaging::transformed(image, turn, image.size, {200, 200, 200});
}

Image side_by_side(const Image& image, int times) {
  Image out({image.size.width * times, image.size.height}, 3);
  for (int y = 0; y < image.size.height; ++y)
    for (int i = 0; i < times; ++i)
      std::copy_n(image.row(y), image.stride(), out.row(y) + image.stride() * static_cast<std::size_t>(i));
  return out;
}

std::string yunet_file(const std::string& kind) {
  const char* named = std::getenv("CUTROOM_TESTDATA");
  const fs::path folder = named ? fs::path(named) : fs::path(CUTROOM_SOURCE_DIR) / "../shared/testdata";
  const fs::path file = folder / (kind == "yunet" ? "yunet_s_640_640.onnx" : "yunet_n_dynamic.onnx");
  return fs::exists(file) ? file.string() : std::string();
}

std::unique_ptr<imaging::FaceDetector> detector(const std::string& kind) {
  if (kind == "dlib") return std::move(*face_dlib::make_dlib_detector({}));
  const std::string file = yunet_file(kind);
  if (file.empty()) return nullptr;
  auto loaded = face_yunet::load_yunet({.file = file});
  if (!loaded) throw std::runtime_error(loaded.error().text() + " " + loaded.error().detail);
  return std::move(*loaded);
}

const imaging::FacePresets& presets() {
  static const imaging::FacePresets all = *app::read_face_presets({});
  return all;
}

}  // namespace cutroom::test
