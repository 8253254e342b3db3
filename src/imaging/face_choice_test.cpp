#include "imaging/face_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

DetectedFace face_at(double x, double y, double side) {
  return {.box = {.x = x, .y = y, .width = side, .height = side}, .score = 1.0};
}

constexpr Size kPhoto{1000, 1000};

TEST(ChooseFace, says_that_there_is_none) {
  const auto chosen = choose_face({}, kPhoto, false);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, Errc::face_unusable);
  EXPECT_THAT(chosen.error().message, testing::HasSubstr("No face"));
  EXPECT_FALSE(chosen.error().retryable());
}

TEST(ChooseFace, takes_the_only_one_and_overlooks_bystanders) {
  const std::vector<DetectedFace> faces{face_at(50, 50, 100), face_at(400, 300, 300)};
  const auto chosen = choose_face(faces, kPhoto, false);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->box.x, 400);
}

TEST(ChooseFace, refuses_two_that_could_both_be_meant) {
  // 0.71 of the side is half of the area.
  const std::vector<DetectedFace> faces{face_at(50, 300, 215), face_at(500, 300, 300)};
  const auto chosen = choose_face(faces, kPhoto, false);
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().message, testing::HasSubstr("2 faces"));
}

TEST(ChooseFace, takes_the_one_in_the_middle_where_several_are_allowed) {
  const std::vector<DetectedFace> faces{face_at(0, 0, 310), face_at(350, 350, 300), face_at(690, 690, 305)};
  const auto chosen = choose_face(faces, kPhoto, true);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->box.x, 350);
}

}  // namespace
}  // namespace cutroom::imaging
