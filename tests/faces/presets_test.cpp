// The presets in the program, and a user's own.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/face_presets.hpp"
#include "astronaut.hpp"

namespace cutroom::test {
namespace {

using testing::HasSubstr;

constexpr const char* kOwn = R"(
title = "Badge"
size_px = [300, 400]
[head]
height = 0.5
height_range = [0.4, 0.6]
top = 0.2
)";

std::string problem_of(const std::string& toml, const std::string& name = "badge") {
  const auto preset = app::face_preset_from(name, toml);
  return preset ? "" : preset.error().message;
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kOwn;
  return text.replace(text.find(from), from.size(), to);
}

TEST(ProgramsPresets, are_all_there) {
  for (const char* name : {"passport", "idcard", "square", "passport-us", "passport-eu", "passport-uk",
                           "passport-jp", "passport-cn", "passport-sg", "passport-ca", "in-passport",
                           "in-pan", "in-aadhaar", "in-dl", "ksa", "kr"})
    EXPECT_NE(presets().find(name), nullptr) << name;
}

TEST(ProgramsPresets, have_their_offices_numbers) {
  const auto& us = *presets().find("passport-us");
  EXPECT_EQ(us.size, (imaging::Size{600, 600}));
  EXPECT_NEAR(us.head_height * 600, 387.0, 1e-6);
  EXPECT_NEAR((1.0 - *us.eye_line) * 600, 354.0, 1e-6);
  EXPECT_FALSE(us.may_alter);
  EXPECT_NEAR(us.dots_per_inch(), 300.0, 1e-6);
  const auto& eu = *presets().find("passport-eu");
  EXPECT_EQ(eu.size, (imaging::Size{413, 531}));
  EXPECT_NEAR(eu.head_height * 45, 34.0, 1e-9);
  EXPECT_NEAR(*eu.crown_top * 45, 3.0, 1e-9);
  EXPECT_EQ(presets().find("in-pan")->bytes_max, 51'200U);
  EXPECT_NEAR(presets().find("in-pan")->dots_per_inch(), 200.0, 1.0);
  EXPECT_FALSE(presets().find("passport-ca")->may_alter);
  EXPECT_TRUE(presets().find("idcard")->may_alter);
}

TEST(OwnPresets, are_read_and_replace_the_programs) {
  const auto folder = std::filesystem::temp_directory_path() / "cutroom-own-presets";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "badge.toml") << kOwn;
  std::ofstream(folder / "idcard.toml") << kOwn;
  std::ofstream(folder / "notes.txt") << "not a preset";
  const auto all = app::read_face_presets(folder);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_NE(all->find("badge"), nullptr);
  EXPECT_EQ(all->find("badge")->size, (imaging::Size{300, 400}));
  EXPECT_EQ(all->find("idcard")->title, "Badge");
  EXPECT_NE(all->find("passport"), nullptr);
  EXPECT_EQ(app::read_face_presets("/nowhere/presets").error().code, Errc::not_found);
}

TEST(OwnPresets, name_what_is_wrong) {
  EXPECT_EQ(problem_of(kOwn), "");
  EXPECT_THAT(problem_of(kOwn, "../badge"), HasSubstr("name may have"));
  EXPECT_THAT(problem_of("title = "), HasSubstr("line 1"));
  EXPECT_THAT(problem_of("title = \"x\""), HasSubstr("size_px is missing"));
  EXPECT_THAT(problem_of("size_px = [300, 400]"), HasSubstr("head is missing"));
  EXPECT_THAT(problem_of(with("size_px", "sizepx")), HasSubstr("sizepx is not a key"));
  EXPECT_THAT(problem_of(with("[300, 400]", "[300, \"x\"]")), HasSubstr("two numbers"));
  EXPECT_THAT(problem_of(with("[300, 400]", "[300, 4]")), HasSubstr("size_px must be"));
  EXPECT_THAT(problem_of(with("[300, 400]", "[300.5, 400]")), HasSubstr("size_px must be"));
  EXPECT_THAT(problem_of(with("top = 0.2", "top = 0.2\nunit = \"mm\"")), HasSubstr("needs size_mm"));
  EXPECT_THAT(problem_of(with("top = 0.2", "top = 0.2\nunit = \"ell\"")), HasSubstr("mm, in, px, share"));
  EXPECT_THAT(problem_of(with("top = 0.2", "")), HasSubstr("head.top"));
  EXPECT_THAT(problem_of(with("height = 0.5", "height = 0.9")), HasSubstr("head.height must lie inside"));
  EXPECT_THAT(problem_of(with("[head]", "altering = \"no\"\n[head]")), HasSubstr("allowed, forbidden"));
  EXPECT_THAT(problem_of(with("[head]", "background = \"red\"\n[head]")), HasSubstr("#rrggbb"));
}

}  // namespace
}  // namespace cutroom::test
