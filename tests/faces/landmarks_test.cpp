// Finer landmarks by a file of dlib's: one is trained here, on the sample photo alone.
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "adapters/face_dlib/dlib_detector.hpp"
#include "astronaut.hpp"
#include "imaging/face_geometry.hpp"

// Without BLAS and LAPACK, as in the program.
#include <dlib/assert.h>
#include <dlib/test_for_odr_violations.h>
#undef DLIB_USE_BLAS
#undef DLIB_USE_LAPACK
#include <dlib/image_processing.h>

namespace cutroom::test {
namespace {

constexpr imaging::Point kRightEye{203.5, 101.7};
constexpr imaging::Point kLeftEye{247.0, 105.0};
constexpr imaging::Point kChin{221.0, 178.0};

dlib::point rounded(imaging::Point p) { return {std::lround(p.x - 0.5), std::lround(p.y - 0.5)}; }

// A predictor that has learnt where these points are in this photo.
std::filesystem::path trained(const imaging::Image& photo, const imaging::FaceBox& box,
                              std::vector<dlib::point> points) {
  dlib::array2d<unsigned char> grey(photo.size.height, photo.size.width);
  for (int y = 0; y < photo.size.height; ++y)
    for (int x = 0; x < photo.size.width; ++x) grey[y][x] = photo.row(y)[3 * x + 1];
  dlib::array<dlib::array2d<unsigned char>> images;
  images.push_back(grey);
  const dlib::rectangle rectangle(std::lround(box.x), std::lround(box.y), std::lround(box.x + box.width) - 1,
                                  std::lround(box.y + box.height) - 1);
  std::vector<std::vector<dlib::full_object_detection>> faces{
      {dlib::full_object_detection(rectangle, std::move(points))}};
  dlib::shape_predictor_trainer trainer;
  trainer.set_cascade_depth(2);
  trainer.set_num_trees_per_cascade_level(5);
  trainer.set_tree_depth(2);
  trainer.set_oversampling_amount(4);
  trainer.set_feature_pool_size(50);
  trainer.set_num_test_splits(5);
  const dlib::shape_predictor predictor = trainer.train(images, faces);
  const auto path = std::filesystem::temp_directory_path() /
                    ("cutroom-shape-" + std::to_string(faces[0][0].num_parts()) + ".dat");
  dlib::serialize(path.string()) << predictor;
  return path;
}

class LandmarkPredictor : public testing::Test {
 protected:
  void SetUp() override {
    photo_ = sample("astronaut.png");
    if (!photo_) GTEST_SKIP() << "needs .deps/samples/astronaut.png, which ./dev setup gets";
    const auto plain = face_dlib::make_dlib_detector({});
    box_ = (*plain)->detect(*photo_)->at(0).box;
  }
  imaging::DetectedFace found_with(std::vector<dlib::point> points) {
    const auto path = trained(*photo_, box_, std::move(points));
    const auto detector = face_dlib::make_dlib_detector({.landmarks_file = path});
    std::filesystem::remove(path);
    if (!detector) throw std::runtime_error(detector.error().text());
    return (*detector)->detect(*photo_)->at(0);
  }
  static void expect_near(imaging::Point a, imaging::Point b) {
    EXPECT_LT(std::hypot(a.x - b.x, a.y - b.y), 3.0) << a.x << " " << a.y;
  }

  std::optional<imaging::Image> photo_;
  imaging::FaceBox box_;
};

TEST_F(LandmarkPredictor, with_5_points_gives_the_eyes) {
  const auto at = [](imaging::Point eye, double aside) { return rounded({eye.x + aside, eye.y}); };
  // The left eye's corners first, as dlib has them.
  const auto face = found_with(
      {at(kLeftEye, 6), at(kLeftEye, -6), at(kRightEye, -6), at(kRightEye, 6), rounded({224.0, 130.0})});
  expect_near(face.right_eye, kRightEye);
  expect_near(face.left_eye, kLeftEye);
}

TEST_F(LandmarkPredictor, with_68_points_gives_the_chin_and_the_mouth_too) {
  std::vector<dlib::point> points(68, rounded({224.0, 130.0}));
  points[8] = rounded(kChin);
  for (std::size_t i = 36; i < 42; ++i) points[i] = rounded(kRightEye);
  for (std::size_t i = 42; i < 48; ++i) points[i] = rounded(kLeftEye);
  points[48] = rounded({203.0, 141.0});
  points[54] = rounded({243.0, 144.0});
  const auto face = found_with(std::move(points));
  expect_near(face.right_eye, kRightEye);
  expect_near(face.left_eye, kLeftEye);
  expect_near(*face.chin, kChin);
  expect_near(*face.left_mouth, {243.0, 144.0});
  EXPECT_NEAR(imaging::measure_face(face).eyes_to_chin, 74.5, 4.0);
}

TEST_F(LandmarkPredictor, with_other_points_is_refused) {
  const auto path = trained(*photo_, box_, std::vector<dlib::point>(3, rounded(kChin)));
  const auto detector = face_dlib::make_dlib_detector({.landmarks_file = path});
  std::filesystem::remove(path);
  ASSERT_FALSE(detector);
  EXPECT_NE(detector.error().message.find("3 points"), std::string::npos);
}

}  // namespace
}  // namespace cutroom::test
