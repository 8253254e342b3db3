#include "imaging/face_geometry.hpp"

#include <numbers>

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

// The portrait of all golden numbers here.
DetectedFace portrait() {
  return {.box = {.x = 380, .y = 420, .width = 240, .height = 340},
          .score = 1.0,
          .right_eye = {420, 500},
          .left_eye = {580, 492},
          .chin = Point{505, 760}};
}

TEST(FaceMeasures, come_from_eyes_and_chin) {
  const FaceMeasures head = measure_face(portrait());
  EXPECT_EQ(head.eyes, (Point{500, 496}));
  EXPECT_NEAR(head.roll * 180.0 / std::numbers::pi, -2.8624, 5e-5);
  EXPECT_NEAR(head.eyes_to_chin, 264.047, 5e-4);
  EXPECT_NEAR(head.eye_distance, 160.2, 5e-2);
  EXPECT_NEAR(head.head_height, 505.06, 5e-3);
  EXPECT_NEAR(head.crown_to_eyes(), 0.4772 * head.head_height, 5e-3);
}

TEST(FaceMeasures, take_the_mouth_or_the_box_where_the_chin_is_not_known) {
  DetectedFace face = portrait();
  face.chin.reset();
  face.right_mouth = {450, 656};
  face.left_mouth = {550, 656};
  EXPECT_NEAR(measure_face(face).eyes_to_chin, (1.65 * 160.0 + 1.8636 * 160.2) / 2.0, 0.05);
  face.left_mouth.reset();
  EXPECT_NEAR(measure_face(face).eyes_to_chin, 760.0 - 496.0, 1e-9);
}

TEST(FaceMeasures, count_hair_but_no_hat) {
  const FaceMeasures head = measure_face(portrait());
  const double plain = head.crown_to_eyes();
  EXPECT_EQ(with_crown(head, plain - 50.0).head_height, head.head_height);
  EXPECT_NEAR(with_crown(head, plain + 50.0).head_height, head.head_height + 50.0, 1e-9);
  EXPECT_NEAR(with_crown(head, plain + 400.0).head_height, 1.25 * head.head_height, 1e-9);
  EXPECT_EQ(with_crown(head, plain + 50.0).eyes_to_chin, head.eyes_to_chin);
}

// 600 x 600, head 1.29 in and eyes 1.18 in above the bottom of 2 in.
TEST(CropTransform, gives_the_golden_numbers_of_the_american_passport) {
  const DetectedFace face = portrait();
  const Affine a = crop_transform(measure_face(face),
                                  {.size = {600, 600}, .head_height = 387.0, .eye_line = 600.0 - 354.0});
  EXPECT_NEAR(a.scale(), 0.76625, 5e-6);
  EXPECT_NEAR(a.a, 0.76529, 5e-6);
  EXPECT_NEAR(a.b, -0.03826, 5e-6);
  EXPECT_NEAR(a.c, 0.03826, 5e-6);
  EXPECT_NEAR(a.d, 0.76529, 5e-6);
  EXPECT_NEAR(a.x, -63.666, 5e-4);
  EXPECT_NEAR(a.y, -152.716, 5e-4);
  EXPECT_NEAR(a(face.right_eye).x, 238.62, 5e-3);
  EXPECT_NEAR(a(face.right_eye).y, 246.0, 1e-9);
  EXPECT_NEAR(a(face.left_eye).x, 361.38, 5e-3);
  EXPECT_NEAR(a(face.left_eye).y, 246.0, 1e-9);
}

// 35 x 45 mm at 300 dpi, head 34 mm, crown 4 mm below the top.
TEST(CropTransform, gives_the_golden_numbers_of_the_european_passport) {
  const DetectedFace face = portrait();
  const FaceMeasures head = measure_face(face);
  const double per_mm = 300.0 / 25.4;
  const double height = 34.0 * per_mm;
  const Affine a = crop_transform(head, {.size = {413, 531},
                                         .head_height = height,
                                         .eye_line = 4.0 * per_mm + (1.0 - kEyesToChinShare) * height});
  // The printed values keep fewer digits of the pixels per millimetre: 531 / 45 is 11.8, 300 / 25.4
  // is 11.811.
  const Affine b = crop_transform(head, {.size = {413, 531},
                                         .head_height = 34.0 * 11.8,
                                         .eye_line = 4.0 * 11.8 + (1.0 - kEyesToChinShare) * 34.0 * 11.8});
  EXPECT_NEAR(b.scale(), 0.79436, 5e-6);
  EXPECT_NEAR(b.a, 0.79337, 5e-6);
  EXPECT_NEAR(b.b, -0.03967, 5e-6);
  EXPECT_NEAR(b.x, -170.509, 5e-4);
  EXPECT_NEAR(b.y, -174.695, 5e-4);
  EXPECT_NEAR(b(face.right_eye).x, 142.87, 5e-3);
  EXPECT_NEAR(b(face.right_eye).y, 238.65, 5e-3);
  EXPECT_NEAR(b(face.left_eye).x, 270.13, 5e-3);
  EXPECT_NEAR(a.scale(), b.scale(), 1e-3);
}

TEST(Affine, has_an_inverse) {
  const Affine a{.a = 0.7, .b = -0.2, .c = 0.2, .d = 0.7, .x = 31.0, .y = -5.0};
  const Point there = a({123.0, -45.0});
  const Point back = a.inverse()(there);
  EXPECT_NEAR(back.x, 123.0, 1e-9);
  EXPECT_NEAR(back.y, -45.0, 1e-9);
}

}  // namespace
}  // namespace cutroom::imaging
