#include "imaging/face_plan.hpp"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

using testing::HasSubstr;

FacePreset preset() {
  return {.name = "p",
          .title = "t",
          .size = {400, 500},
          .head_height = 0.7,
          .head_height_range = {0.65, 0.8},
          .crown_top = 0.1};
}

// A face of this eye distance with its eyes' middle at `eyes`, leaning by `degrees`.
DetectedFace face_at(Point eyes, double eye_distance, double degrees = 0.0) {
  const double roll = degrees * std::numbers::pi / 180.0;
  const double dx = std::cos(roll) * eye_distance / 2.0;
  const double dy = std::sin(roll) * eye_distance / 2.0;
  const double to_chin = 1.65 * eye_distance;
  return {.box = {eyes.x - eye_distance, eyes.y - eye_distance, 2 * eye_distance, 3 * eye_distance},
          .score = 1.0,
          .right_eye = {eyes.x - dx, eyes.y - dy},
          .left_eye = {eyes.x + dx, eyes.y + dy},
          .chin = Point{eyes.x - std::sin(roll) * to_chin, eyes.y + std::cos(roll) * to_chin}};
}

Result<FaceCropPlan> plan(const DetectedFace& face, Size photo, const FaceRules& rules = {},
                          const FacePreset& by = preset()) {
  const std::vector<DetectedFace> faces{face};
  return plan_face_crop(faces, photo, by, rules);
}

const FaceCheck& check(const FaceCropPlan& plan, std::string_view name) {
  for (const FaceCheck& one : plan.report)
    if (one.name == name) return one;
  throw std::runtime_error("no such check");
}

TEST(FacePlan, puts_head_and_eyes_where_the_preset_wants_them) {
  const auto made = plan(face_at({1000, 1000}, 150, 5), {2000, 2500});
  ASSERT_TRUE(made);
  const Point eyes = made->to_output({1000, 1000});
  EXPECT_NEAR(eyes.x, 200.0, 1e-9);
  EXPECT_NEAR(eyes.y, 500.0 * (0.1 + 0.4772 * 0.7), 1e-2);
  const Point chin = made->to_output(*made->face.chin);
  EXPECT_NEAR(chin.x, 200.0, 1e-9);
  EXPECT_NEAR(chin.y, 500.0 * 0.8, 1e-9);
  for (const FaceCheck& one : made->report) EXPECT_EQ(one.verdict, Verdict::ok) << one.name;
  EXPECT_NEAR(check(*made, "roll").value, 5.0, 1e-9);
  EXPECT_NEAR(check(*made, "headHeight").value, 350.0, 1e-9);
  EXPECT_NEAR(check(*made, "eyeLine").value, 500.0 - eyes.y, 1e-9);
}

TEST(FacePlan, measures_in_millimetres_where_the_preset_is_printed) {
  FacePreset printed = preset();
  printed.width_mm = 40.0;
  printed.height_mm = 50.0;
  const auto made = plan(face_at({1000, 1000}, 150), {2000, 2500}, {}, printed);
  ASSERT_TRUE(made);
  EXPECT_NEAR(check(*made, "headHeight").value, 35.0, 1e-9);
  EXPECT_EQ(check(*made, "headHeight").unit, "mm");
}

TEST(FacePlan, warns_of_a_leaning_head_and_refuses_a_tilted_one) {
  const auto leaning = plan(face_at({1000, 1000}, 150, -10), {2000, 2500});
  ASSERT_TRUE(leaning);
  EXPECT_EQ(check(*leaning, "roll").verdict, Verdict::warn);
  EXPECT_THAT(check(*leaning, "roll").problem, HasSubstr("10 degrees"));

  const auto tilted = plan(face_at({1000, 1000}, 150, 20), {2000, 2500});
  ASSERT_FALSE(tilted);
  EXPECT_EQ(tilted.error().code, Errc::face_unusable);
  EXPECT_THAT(tilted.error().message, HasSubstr("tilted by 20 degrees"));

  const auto allowed = plan(face_at({1000, 1000}, 150, 20), {2000, 2500}, {.allow_tilted = true});
  ASSERT_TRUE(allowed);
  EXPECT_EQ(check(*allowed, "roll").verdict, Verdict::fail);
  EXPECT_NEAR(allowed->to_output(allowed->face.left_eye).y, allowed->to_output(allowed->face.right_eye).y,
              1e-9);
}

TEST(FacePlan, warns_of_a_small_face_and_refuses_a_tiny_one) {
  const auto small = plan(face_at({500, 500}, 60), {1000, 1000});
  ASSERT_TRUE(small);
  EXPECT_EQ(check(*small, "eyeDistance").verdict, Verdict::warn);
  EXPECT_EQ(check(*small, "enlargement").verdict, Verdict::fail);
  const auto tiny = plan(face_at({30, 30}, 8), {60, 60});
  ASSERT_FALSE(tiny);
  EXPECT_THAT(tiny.error().message, HasSubstr("too small"));

  FacePreset severe = preset();
  severe.too_small_fails = true;
  const auto refused = plan(face_at({500, 500}, 60), {1000, 1000}, {}, severe);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("at least 90"));
}

TEST(FacePlan, makes_an_error_of_a_failed_check_where_it_is_told_to) {
  const auto strict = plan(face_at({500, 500}, 60), {1000, 1000}, {.strict = true});
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message, HasSubstr("enlarged"));
}

TEST(FacePlan, moves_inside_the_ranges_rather_than_fill) {
  // The head's crown is 150 * 1.65 / 0.5228 * 0.4772 = 226 above the eyes: 24 pixels below the photo's top,
  // where the preset wants 47.
  const auto made = plan(face_at({1000, 250}, 150), {2000, 2500});
  ASSERT_TRUE(made);
  EXPECT_LT(made->padding.largest(), 0.5);
  EXPECT_EQ(check(*made, "headHeight").verdict, Verdict::ok);
  EXPECT_EQ(check(*made, "eyeLine").verdict, Verdict::ok);
  EXPECT_EQ(check(*made, "padding").verdict, Verdict::ok);
}

TEST(FacePlan, tells_how_much_is_filled) {
  // Half of the face's surroundings on the left are not in the photo.
  const auto made = plan(face_at({160, 1000}, 150), {2000, 2500});
  ASSERT_TRUE(made);
  EXPECT_GT(made->padding.left, 10.0);
  EXPECT_EQ(made->padding.right, 0.0);
  EXPECT_EQ(check(*made, "padding").verdict, Verdict::fail);
}

}  // namespace
}  // namespace cutroom::imaging
