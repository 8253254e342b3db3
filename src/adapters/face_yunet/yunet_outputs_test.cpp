#include "adapters/face_yunet/yunet_outputs.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace cutroom::face_yunet {
namespace {

using imaging::DetectedFace;
using imaging::Point;

TEST(YunetOutputs, give_box_and_landmarks_of_a_cell) {
  // Two columns, three rows; the face is in row 1, column 1.
  std::vector<float> classes(6, 0.0F), objects(6, 0.0F), boxes(24, 0.0F), landmarks(60, 0.0F);
  classes[3] = 0.81F;
  objects[3] = 1.2F;  // Counts as 1.
  boxes[12] = 0.5F, boxes[13] = 0.25F, boxes[14] = std::log(4.0F), boxes[15] = std::log(5.0F);
  for (int k = 0; k < 10; ++k) landmarks[30 + k] = static_cast<float>(k) / 10.0F;
  std::vector<DetectedFace> faces;
  add_faces({.stride = 16,
             .columns = 2,
             .rows = 3,
             .classes = classes,
             .objects = objects,
             .boxes = boxes,
             .landmarks = landmarks},
            0.6, faces);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(faces[0].score, 0.9, 1e-6);
  EXPECT_NEAR(faces[0].box.width, 64.0, 1e-4);
  EXPECT_NEAR(faces[0].box.height, 80.0, 1e-4);
  EXPECT_NEAR(faces[0].box.x, 24.0 - 32.0, 1e-4);
  EXPECT_NEAR(faces[0].box.y, 20.0 - 40.0, 1e-4);
  EXPECT_NEAR(faces[0].right_eye.x, 16.0, 1e-4);
  EXPECT_NEAR(faces[0].right_eye.y, 17.6, 1e-4);
  EXPECT_NEAR(faces[0].left_mouth->x, 16.0 * 1.8, 1e-4);
  EXPECT_NEAR(faces[0].left_mouth->y, 16.0 * 1.9, 1e-4);
}

DetectedFace box(double x, double score) {
  return {.box = {.x = x, .y = 0, .width = 100, .height = 100}, .score = score};
}

TEST(YunetOutputs, keep_the_best_of_those_that_overlap) {
  // 100 wide: 50 apart overlap by a third, 60 apart by a quarter.
  const auto kept = without_doubles({box(0, 0.7), box(50, 0.9), box(110, 0.8), box(300, 0.6)}, 0.3);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].box.x, 50);
  EXPECT_EQ(kept[1].box.x, 110);
  EXPECT_EQ(kept[2].box.x, 300);
  EXPECT_NEAR(overlap(box(0, 1).box, box(50, 1).box), 1.0 / 3.0, 1e-9);
}

}  // namespace
}  // namespace cutroom::face_yunet
