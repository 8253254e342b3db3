#include "adapters/face_yunet/yunet_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>

#include "adapters/face_yunet/yunet_session.hpp"
#include "base/digest.hpp"
#include "imaging/face_crop.hpp"
#include "imaging/face_geometry.hpp"
#include "imaging/resample.hpp"

namespace cutroom::face_yunet {
namespace {

using imaging::Affine;
using imaging::DetectedFace;
using imaging::Image;
using imaging::Point;
using imaging::Size;

constexpr double kOverlapMost = 0.3;  // As the network's publishers use it.
// So much larger than it is a photo is shown to the network: a face of a few pixels is found too, and can be
// called too small.
constexpr double kEnlargedMost = 4.0;
// The largest faces are looked at once more, each turned upright and at the size that the network knows best:
// at first sight a head that leans by 20 degrees is taken for one of 6 to 12.
constexpr std::size_t kLookedCloser = 3;
constexpr int kViewSide = 512;
constexpr double kFaceInView = 220.0;
constexpr int kTurns = 2;
// The last look is the mean over these enlargements, each also mirrored: single ones are off by some degrees.
constexpr std::array kEnlargements{0.9, 1.1};
// A face that fills the photo is larger than what the network knows: it is looked for at this share.
constexpr double kSmaller = 0.4;

// All points of a face, in one order.
std::array<Point*, 5> points_of(DetectedFace& face) {
  return {&face.right_eye, &face.left_eye, &*face.nose, &*face.right_mouth, &*face.left_mouth};
}

// From the network's pixels to the photo's.
DetectedFace moved(DetectedFace face, double across, double down) {
  face.box = {face.box.x / across, face.box.y / down, face.box.width / across, face.box.height / down};
  for (Point* point : points_of(face)) *point = {point->x / across, point->y / down};
  return face;
}

DetectedFace mirrored(DetectedFace face) {
  for (Point* point : points_of(face)) point->x = kViewSide - point->x;
  std::swap(face.right_eye, face.left_eye);
  std::swap(face.right_mouth, face.left_mouth);
  return face;
}

Image mirrored(const Image& view) {
  Image out(view.size, 3);
  for (int y = 0; y < view.size.height; ++y)
    for (int x = 0; x < view.size.width; ++x)
      std::copy_n(view.row(y) + 3 * x, 3, out.row(y) + 3 * (view.size.width - 1 - x));
  return out;
}

// Shows the face upright in the middle.
Affine to_view(const DetectedFace& face, double enlargement) {
  const double roll = imaging::measure_face(face).roll;
  const double scale = kFaceInView / std::max(1.0, face.box.width) * enlargement;
  Affine out{.a = scale * std::cos(roll), .b = scale * std::sin(roll)};
  out.c = -out.b;
  out.d = out.a;
  const Point centre = out({face.box.x + face.box.width / 2.0, face.box.y + face.box.height / 2.0});
  out.x = kViewSide / 2.0 - centre.x;
  out.y = kViewSide / 2.0 - centre.y;
  return out;
}

Image view_of(const Image& rgb, const Affine& transform) {
  return imaging::transformed(rgb, transform, {kViewSide, kViewSide}, {128, 128, 128});
}

class YunetDetector final : public imaging::FaceDetector {
 public:
  YunetDetector(std::unique_ptr<YunetSession> session, double score_least)
      : session_(std::move(session)), score_least_(score_least) {}

  const std::string& name() const override { return name_; }

  Result<std::vector<DetectedFace>> detect(const Image& rgb) const override {
    if (rgb.bands != 3 || rgb.size.pixels() == 0)
      return Error{.code = Errc::internal, .detail = "faces are looked for in pictures of 3 bands"};
    return guarded([&]() -> Result<std::vector<DetectedFace>> { return find(rgb); });
  }

 private:
  double scale_for(Size size) const {
    const Size most = session_->picture_max();
    return std::min({static_cast<double>(most.width) / size.width,
                     static_cast<double>(most.height) / size.height, kEnlargedMost});
  }

  std::vector<DetectedFace> find(const Image& rgb) const {
    const double scale = scale_for(rgb.size);
    std::vector<DetectedFace> faces = find_at(rgb, scale);
    if (faces.empty()) faces = find_at(rgb, scale * kSmaller);
    std::sort(faces.begin(), faces.end(),
              [](const auto& a, const auto& b) { return a.box.area() > b.box.area(); });
    for (std::size_t i = 0; i < std::min(faces.size(), kLookedCloser); ++i) look_closer(rgb, faces[i]);
    return faces;
  }

  std::vector<DetectedFace> find_at(const Image& picture, double scale) const {
    const Size most = session_->picture_max();
    const auto side = [scale](int length, int limit) {
      return std::clamp(static_cast<int>(std::lround(length * scale)), 1, limit);
    };
    const Size size{side(picture.size.width, most.width), side(picture.size.height, most.height)};
    const Image scaled = imaging::resample(picture, size, imaging::Filter::bilinear);
    const double across = static_cast<double>(size.width) / picture.size.width;
    const double down = static_cast<double>(size.height) / picture.size.height;
    std::vector<DetectedFace> faces = without_doubles(session_->run(scaled, score_least_), kOverlapMost);
    for (DetectedFace& face : faces) face = moved(std::move(face), across, down);
    return faces;
  }

  // The surest face in the middle of the view, in the view's pixels.
  std::optional<DetectedFace> look(const Image& view) const {
    for (DetectedFace& face : without_doubles(session_->run(view, score_least_), kOverlapMost)) {
      const double x = face.box.x + face.box.width / 2.0 - kViewSide / 2.0;
      const double y = face.box.y + face.box.height / 2.0 - kViewSide / 2.0;
      if (std::hypot(x, y) < kFaceInView / 3.0) return std::move(face);
    }
    return std::nullopt;
  }

  void look_closer(const Image& rgb, DetectedFace& face) const {
    const Size most = session_->picture_max();
    if (most.width < kViewSide || most.height < kViewSide) return;
    const auto take = [&face](DetectedFace seen, const Affine& to_photo) {
      const auto from = points_of(seen);
      const auto to = points_of(face);
      for (std::size_t i = 0; i < to.size(); ++i) *to[i] = to_photo(*from[i]);
    };
    for (int i = 0; i < kTurns; ++i) {
      const Affine transform = to_view(face, 1.0);
      auto seen = look(view_of(rgb, transform));
      if (!seen) return;
      take(std::move(*seen), transform.inverse());
    }
    take_mean(rgb, face);
  }

  void take_mean(const Image& rgb, DetectedFace& face) const {
    std::array<Point, 5> sums{};
    int count = 0;
    const auto add = [&](DetectedFace seen, const Affine& to_photo) {
      const auto points = points_of(seen);
      for (std::size_t i = 0; i < points.size(); ++i) {
        const Point point = to_photo(*points[i]);
        sums[i] = {sums[i].x + point.x, sums[i].y + point.y};
      }
      ++count;
    };
    for (const double enlargement : kEnlargements) {
      const Affine transform = to_view(face, enlargement);
      const Image view = view_of(rgb, transform);
      if (auto seen = look(view)) add(std::move(*seen), transform.inverse());
      if (auto seen = look(mirrored(view))) add(mirrored(std::move(*seen)), transform.inverse());
    }
    if (count == 0) return;
    const auto points = points_of(face);
    for (std::size_t i = 0; i < points.size(); ++i) *points[i] = {sums[i].x / count, sums[i].y / count};
  }

  const std::string name_ = "yunet";
  const std::unique_ptr<const YunetSession> session_;
  const double score_least_;
};

Result<Bytes> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0)
    return Error{
        .code = Errc::not_found, .message = "The face model's file is not there", .detail = path.string()};
  Bytes bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), size);
  if (in.gcount() != size)
    return Error{.code = Errc::storage_failed, .detail = "can't read " + path.string()};
  return bytes;
}

}  // namespace

Result<std::unique_ptr<imaging::FaceDetector>> load_yunet(const YunetOptions& options) {
  auto file = read_file(options.file);
  if (!file) return file.error();
  if (!options.sha256.empty() && sha256_hex(file->span()) != options.sha256)
    return Error{.code = Errc::invalid_input,
                 .message = "The face model's file " + options.file.filename().string() +
                            " is not the one that its sidecar names"};
  auto session = guarded(
      [&]() -> Result<std::unique_ptr<YunetSession>> { return std::make_unique<YunetSession>(*file); });
  if (!session) return session.error();
  if (const auto right = (*session)->check(); !right) return right.error();
  return std::unique_ptr<imaging::FaceDetector>(
      std::make_unique<YunetDetector>(std::move(*session), options.score_least));
}

}  // namespace cutroom::face_yunet
