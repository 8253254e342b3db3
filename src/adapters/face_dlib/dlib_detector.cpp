#include "adapters/face_dlib/dlib_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "adapters/face_dlib/hog.hpp"
#include "imaging/face_crop.hpp"
#include "imaging/resample.hpp"

namespace cutroom::face_dlib {
namespace {

using imaging::Affine;
using imaging::DetectedFace;
using imaging::FaceBox;
using imaging::Image;
using imaging::Point;
using imaging::Size;

// Looked at with so many pixels: faces of a tenth of a square photo's side are found.
constexpr double kPixels = 1'000'000.0;
// So much larger than it is a photo is looked at: a face of a few pixels is found too, and can be called too
// small.
constexpr double kEnlargedMost = 4.0;
// More than are needed to say "several".
constexpr std::size_t kFacesMax = 8;

// Where the middle of the eyes and the eyes are in most faces, as shares of the box's side.
constexpr double kEyesDown = 0.285;
constexpr double kEyesApart = 0.47;
constexpr double kChinDown = 1.06;

// A closer look at one face: so many pixels, of which its box has a part.
constexpr int kViewSide = 240;
constexpr double kBoxInView = 105.0;
constexpr std::array kAngles{-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0};
// The detector knows sizes in steps of a fifth: the mean over a few enlargements is finer.
constexpr std::array kEnlargements{0.90, 0.96, 1.02, 1.08, 1.14};
// What was found with less than this is a face only where a closer look agrees: folds of cloth get 0.1 at
// first sight.
constexpr double kSure = 0.5;
constexpr double kSureCloser = 0.3;
// In a closer look the face is known to be there; its score says how well it stands.
constexpr double kScoreLeast = -1.5;

struct Pose {
  Point centre;  // Of the upright box.
  double side = 0.0;
  double degrees = 0.0;  // Positive: the picture's right eye is the lower one.
  double score = 0.0;
};

// Shows the face upright in the middle of the view if it stands by this pose.
Affine to_view(const Pose& pose, double enlargement) {
  const double angle = pose.degrees * std::numbers::pi / 180.0;
  const double scale = kBoxInView / pose.side * enlargement;
  Affine out{.a = scale * std::cos(angle), .b = scale * std::sin(angle)};
  out.c = -out.b;
  out.d = out.a;
  const Point centre = out(pose.centre);
  out.x = kViewSide / 2.0 - centre.x;
  out.y = kViewSide / 2.0 - centre.y;
  return out;
}

Image view_of(const Image& rgb, const Affine& transform) {
  return imaging::transformed(rgb, transform, {kViewSide, kViewSide}, {128, 128, 128});
}

class DlibDetector final : public imaging::FaceDetector {
 public:
  explicit DlibDetector(std::unique_ptr<ShapePredictor> predictor) : predictor_(std::move(predictor)) {}

  const std::string& name() const override { return name_; }

  Result<std::vector<DetectedFace>> detect(const Image& rgb) const override {
    if (rgb.bands != 3 || rgb.size.pixels() == 0)
      return Error{.code = Errc::internal, .detail = "faces are looked for in pictures of 3 bands"};
    const double scale = std::min(std::sqrt(kPixels / static_cast<double>(rgb.size.pixels())), kEnlargedMost);
    const auto side = [scale](int length) {
      return std::max(1, static_cast<int>(std::lround(length * scale)));
    };
    const Image scaled =
        imaging::resample(rgb, {side(rgb.size.width), side(rgb.size.height)}, imaging::Filter::bilinear);
    auto found = hog_.find(scaled, Views::all, 0.0);
    if (!found) return found.error();
    std::sort(found->begin(), found->end(),
              [](const HogFace& a, const HogFace& b) { return a.box.area() > b.box.area(); });
    if (found->size() > kFacesMax) found->resize(kFacesMax);

    std::vector<DetectedFace> faces;
    for (const HogFace& one : *found) {
      const Pose rough{
          .centre = {(one.box.x + one.box.width / 2.0) / scale, (one.box.y + one.box.height / 2.0) / scale},
          .side = one.box.width / scale};
      const auto pose = look_closer(rgb, rough);
      if (!pose) return pose.error();
      if (one.score < kSure && pose->score < kSureCloser) continue;
      auto face = face_of(rgb, *pose, std::max(one.score, pose->score));
      if (!face) return face.error();
      faces.push_back(std::move(*face));
    }
    return faces;
  }

 private:
  struct Look {
    double score = kScoreLeast;
    std::optional<Pose> pose;
  };

  // What is seen of the face when the photo is turned by the pose.
  Result<Look> look(const Image& rgb, const Pose& pose, double enlargement) const {
    const Affine transform = to_view(pose, enlargement);
    const auto found = hog_.find(view_of(rgb, transform), Views::front, kScoreLeast);
    if (!found) return found.error();
    Look best;
    for (const HogFace& one : *found) {
      const Point centre{one.box.x + one.box.width / 2.0, one.box.y + one.box.height / 2.0};
      const bool is_it =
          std::hypot(centre.x - kViewSide / 2.0, centre.y - kViewSide / 2.0) < kBoxInView / 2.0;
      if (!is_it || one.score < best.score) continue;
      best.score = one.score;
      best.pose = Pose{.centre = transform.inverse()(centre),
                       .side = one.box.width / transform.scale(),
                       .degrees = pose.degrees};
    }
    return best;
  }

  // At which angle it stands best, and where it is then.
  Result<Pose> look_closer(const Image& rgb, const Pose& rough) const {
    std::array<double, kAngles.size()> scores{};
    std::size_t best = 0;
    for (std::size_t i = 0; i < kAngles.size(); ++i) {
      Pose turned = rough;
      turned.degrees = kAngles[i];
      const auto seen = look(rgb, turned, 1.0);
      if (!seen) return seen.error();
      scores[i] = seen->score;
      if (scores[i] > scores[best]) best = i;
    }
    Pose pose = rough;
    pose.degrees = kAngles[best];
    pose.score = scores[best];
    if (best > 0 && best + 1 < kAngles.size()) {
      // The top of the parabola through the best and its neighbours.
      const double bend = scores[best - 1] - 2.0 * scores[best] + scores[best + 1];
      const double step = kAngles[1] - kAngles[0];
      if (bend < 0.0) pose.degrees += step * 0.5 * (scores[best - 1] - scores[best + 1]) / bend;
    }
    return mean_over_enlargements(rgb, pose);
  }

  Result<Pose> mean_over_enlargements(const Image& rgb, const Pose& pose) const {
    Pose mean{.side = 0.0, .degrees = pose.degrees, .score = pose.score};
    int count = 0;
    for (const double enlargement : kEnlargements) {
      const auto seen = look(rgb, pose, enlargement);
      if (!seen) return seen.error();
      if (!seen->pose) continue;
      mean.centre.x += seen->pose->centre.x;
      mean.centre.y += seen->pose->centre.y;
      mean.side += seen->pose->side;
      ++count;
    }
    if (count == 0) return pose;
    mean.centre = {mean.centre.x / count, mean.centre.y / count};
    mean.side /= count;
    return mean;
  }

  Result<DetectedFace> face_of(const Image& rgb, const Pose& pose, double score) const {
    const Affine transform = to_view(pose, 1.0);
    const Affine back = transform.inverse();
    const double middle = kViewSide / 2.0;
    const double side = kBoxInView;
    const double top = middle - side / 2.0;
    DetectedFace face{.box = {.x = pose.centre.x - pose.side / 2.0,
                              .y = pose.centre.y - pose.side / 2.0,
                              .width = pose.side,
                              .height = pose.side},
                      .score = score};
    face.right_eye = back({middle - kEyesApart * side / 2.0, top + kEyesDown * side});
    face.left_eye = back({middle + kEyesApart * side / 2.0, top + kEyesDown * side});
    face.chin = back({middle, top + kChinDown * side});
    if (!predictor_) return face;

    const auto points = predictor_->points(
        view_of(rgb, transform), {.x = middle - side / 2.0, .y = top, .width = side, .height = side});
    if (!points) return points.error();
    const auto mean_of = [&](std::size_t first, std::size_t count) {
      Point sum;
      for (std::size_t i = first; i < first + count; ++i)
        sum = {sum.x + (*points)[i].x, sum.y + (*points)[i].y};
      return Point{sum.x / static_cast<double>(count), sum.y / static_cast<double>(count)};
    };
    const bool is_full = points->size() == 68;
    Point right = is_full ? mean_of(36, 6) : mean_of(0, 2);
    Point left = is_full ? mean_of(42, 6) : mean_of(2, 2);
    if (right.x > left.x) std::swap(right, left);
    face.right_eye = back(right);
    face.left_eye = back(left);
    if (is_full) {
      face.nose = back((*points)[30]);
      face.right_mouth = back((*points)[48]);
      face.left_mouth = back((*points)[54]);
      face.chin = back((*points)[8]);
    }
    return face;
  }

  const std::string name_ = "dlib";
  const Hog hog_;
  const std::unique_ptr<const ShapePredictor> predictor_;
};

}  // namespace

Result<std::unique_ptr<imaging::FaceDetector>> make_dlib_detector(const DlibOptions& options) {
  std::unique_ptr<ShapePredictor> predictor;
  if (!options.landmarks_file.empty()) {
    auto loaded = ShapePredictor::load(options.landmarks_file);
    if (!loaded) return loaded.error();
    predictor = std::move(*loaded);
  }
  return std::unique_ptr<imaging::FaceDetector>(std::make_unique<DlibDetector>(std::move(predictor)));
}

}  // namespace cutroom::face_dlib
