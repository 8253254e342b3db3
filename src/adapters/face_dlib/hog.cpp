#include "adapters/face_dlib/hog.hpp"

#include <cmath>
#include <fstream>

// The package's configuration asks for BLAS and LAPACK, which the few small matrices here don't need: a
// program without them has two libraries less to carry. These two are the headers that include the
// configuration.
#include <dlib/assert.h>
#include <dlib/test_for_odr_violations.h>
#undef DLIB_USE_BLAS
#undef DLIB_USE_LAPACK
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing/shape_predictor.h>

namespace cutroom::face_dlib {
namespace {

using imaging::Image;
using Grey = dlib::array2d<unsigned char>;

// The one place where dlib's exceptions end.
template <class Fn>
std::invoke_result_t<Fn> guarded(Fn fn) {
  try {
    return fn();
  } catch (const std::exception& error) {
    return Error{.code = Errc::model_failed, .detail = std::string("dlib: ") + error.what()};
  }
}

Grey grey_of(const Image& rgb) {
  Grey out(rgb.size.height, rgb.size.width);
  for (int y = 0; y < rgb.size.height; ++y) {
    const std::uint8_t* row = rgb.row(y);
    // Luma of BT.601 in 8-bit fixed point.
    for (int x = 0; x < rgb.size.width; ++x, row += 3)
      out[y][x] = static_cast<unsigned char>((77 * row[0] + 150 * row[1] + 29 * row[2]) >> 8);
  }
  return out;
}

}  // namespace

struct Hog::Filters {
  dlib::frontal_face_detector all = dlib::get_frontal_face_detector();
  dlib::frontal_face_detector front{all.get_scanner(), all.get_overlap_tester(), all.get_w(0)};
};

Hog::Hog() : filters_(std::make_unique<const Filters>()) {}
Hog::~Hog() = default;

Result<std::vector<HogFace>> Hog::find(const Image& rgb, Views views, double score_least) const {
  return guarded([&]() -> Result<std::vector<HogFace>> {
    // Looking fills the detector's own memory: each call has a copy.
    dlib::frontal_face_detector detector = views == Views::all ? filters_->all : filters_->front;
    std::vector<dlib::rect_detection> found;
    detector(grey_of(rgb), found, score_least);
    std::vector<HogFace> faces;
    for (const dlib::rect_detection& one : found) {
      faces.push_back({.box = {.x = static_cast<double>(one.rect.left()),
                               .y = static_cast<double>(one.rect.top()),
                               .width = static_cast<double>(one.rect.width()),
                               .height = static_cast<double>(one.rect.height())},
                       .score = one.detection_confidence});
    }
    return faces;
  });
}

struct ShapePredictor::Trees {
  dlib::shape_predictor predictor;
};

ShapePredictor::ShapePredictor(std::unique_ptr<const Trees> trees) : trees_(std::move(trees)) {}
ShapePredictor::~ShapePredictor() = default;

Result<std::unique_ptr<ShapePredictor>> ShapePredictor::load(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{.code = Errc::not_found, .message = "There is no file of landmarks " + path.string()};
  auto trees = std::make_unique<Trees>();
  try {
    dlib::deserialize(trees->predictor, in);
  } catch (const std::exception& error) {
    return Error{.code = Errc::invalid_input,
                 .message = path.string() + " is not a shape predictor of dlib's",
                 .detail = error.what()};
  }
  const auto points = trees->predictor.num_parts();
  if (points != 5 && points != 68)
    return Error{
        .code = Errc::invalid_input,
        .message = path.string() + " has " + std::to_string(points) + " points; 5 or 68 are understood"};
  return std::unique_ptr<ShapePredictor>(new ShapePredictor(std::move(trees)));
}

Result<std::vector<imaging::Point>> ShapePredictor::points(const Image& rgb,
                                                           const imaging::FaceBox& box) const {
  return guarded([&]() -> Result<std::vector<imaging::Point>> {
    const dlib::rectangle rectangle(std::lround(box.x), std::lround(box.y),
                                    std::lround(box.x + box.width) - 1, std::lround(box.y + box.height) - 1);
    const dlib::full_object_detection shape = trees_->predictor(grey_of(rgb), rectangle);
    std::vector<imaging::Point> points;
    for (unsigned long i = 0; i < shape.num_parts(); ++i)
      // dlib counts pixels by their centres.
      points.push_back(
          {static_cast<double>(shape.part(i).x()) + 0.5, static_cast<double>(shape.part(i).y()) + 0.5});
    return points;
  });
}

}  // namespace cutroom::face_dlib
