#include "imaging/face_preset.hpp"

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

FacePreset european() {
  return {.name = "eu",
          .title = "t",
          .size = {413, 531},
          .width_mm = 35.0,
          .height_mm = 45.0,
          .head_height = 34.0 / 45.0,
          .head_height_range = {32.0 / 45.0, 36.0 / 45.0},
          .crown_top = 4.0 / 45.0};
}

std::string field_of(const FacePreset& preset) {
  const auto problems = problems_of(preset);
  return problems.size() == 1 ? problems[0].field : std::to_string(problems.size()) + " problems";
}

TEST(FacePreset, is_right_and_knows_its_resolution) {
  EXPECT_TRUE(problems_of(european()).empty());
  EXPECT_NEAR(european().dots_per_inch(), 299.7, 0.1);
}

TEST(FacePreset, says_where_head_and_eyes_go) {
  const FaceMeasures head{.eyes_to_chin = 0.5228 * 200.0, .head_height = 200.0};
  const CropTarget target = target_of(european(), head);
  EXPECT_NEAR(target.head_height, 34.0 * 11.8, 1e-9);
  EXPECT_NEAR(target.eye_line, 4.0 * 11.8 + 0.4772 * 34.0 * 11.8, 1e-9);

  FacePreset by_eyes = european();
  by_eyes.crown_top.reset();
  by_eyes.eye_line = 0.42;
  EXPECT_NEAR(target_of(by_eyes, head).eye_line, 0.42 * 531.0, 1e-9);
}

TEST(FacePreset, names_what_is_wrong) {
  const auto with = [](auto change) {
    FacePreset preset = european();
    change(preset);
    return field_of(preset);
  };
  EXPECT_EQ(with([](FacePreset& p) {
              p.size = {5, 500};
              p.width_mm = p.height_mm = 0;
            }),
            "size_px");
  EXPECT_EQ(with([](FacePreset& p) { p.height_mm = 35.0; }), "size_mm");
  EXPECT_EQ(with([](FacePreset& p) { p.head_height = 0.9; }), "head.height");
  EXPECT_EQ(with([](FacePreset& p) { p.eye_line = 0.4; }), "head.top");
  EXPECT_EQ(with([](FacePreset& p) { p.crown_top = 0.3; }), "2 problems");
  EXPECT_EQ(with([](FacePreset& p) { p.bytes_max = 100; }), "bytes_max");
  EXPECT_EQ(with([](FacePreset& p) { p.format = Format::png, p.bytes_max = 50'000; }), "bytes_max");
}

TEST(FacePresets, are_found_by_name_and_the_last_of_a_name_counts) {
  FacePresets presets;
  presets.put(european());
  FacePreset own = european();
  own.title = "own";
  presets.put(own);
  own.name = "another";
  presets.put(own);
  ASSERT_NE(presets.find("eu"), nullptr);
  EXPECT_EQ(presets.find("eu")->title, "own");
  EXPECT_EQ(presets.find("none"), nullptr);
  EXPECT_EQ(presets.names(), "another, eu");
}

}  // namespace
}  // namespace cutroom::imaging
