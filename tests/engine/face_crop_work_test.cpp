#include "engine/face_crop_work.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using testing::HasSubstr;

class FakeDetector final : public imaging::FaceDetector {
 public:
  std::vector<imaging::DetectedFace> faces;
  mutable imaging::Size seen;

  const std::string& name() const override { return name_; }
  Result<std::vector<imaging::DetectedFace>> detect(const imaging::Image& rgb) const override {
    seen = rgb.size;
    return faces;
  }

 private:
  std::string name_ = "fake";
};

imaging::FacePresets two_presets() {
  imaging::FacePresets presets;
  imaging::FacePreset preset{.name = "passport",
                             .title = "Passport",
                             .size = {400, 500},
                             .head_height = 0.7,
                             .head_height_range = {0.65, 0.8},
                             .crown_top = 0.1};
  presets.put(preset);
  preset.name = "official";
  preset.may_alter = false;
  presets.put(preset);
  return presets;
}

imaging::DetectedFace face_at(double x, double y, double eye_distance) {
  return {.box = {x - eye_distance, y - eye_distance, 2 * eye_distance, 3 * eye_distance},
          .score = 0.9,
          .right_eye = {x - eye_distance / 2, y},
          .left_eye = {x + eye_distance / 2, y},
          .chin = imaging::Point{x, y + 1.65 * eye_distance}};
}

class FaceCropWorkTest : public testing::Test {
 protected:
  FaceCropWorkTest() { detector.faces = {face_at(500, 500, 100)}; }

  Result<MadeFiles> crop(const std::string& photo, const json::object& work_fields) {
    Result<MadeFiles> made = Error{};
    const Payload payload{.work = work_fields};
    test::run_coroutine(io, [&]() -> awaitable<void> {
      StepTimes times;
      PhotoRun run{.stop = stop.get_token(), .times = times, .report = [this](int percent) {
                     progress.push_back(percent);
                   }};
      made = co_await work.run(Bytes::copy_of(std::string_view(photo)), payload, run);
      for (const auto& [name, took] : times.steps()) steps.emplace_back(name);
    });
    return made;
  }

  boost::asio::io_context io;
  boost::asio::thread_pool compute{2};
  boost::asio::thread_pool model_turn{1};
  test::FakeCodec codec;
  test::FakeSegmenter segmenter;
  FakeDetector detector;
  imaging::FacePresets presets = two_presets();
  FaceCropWork work{{.codec = codec,
                     .detector = detector,
                     .presets = presets,
                     .compute = compute,
                     .model_turn = model_turn}};
  std::stop_source stop;
  std::vector<int> progress;
  std::vector<std::string> steps;
};

TEST_F(FaceCropWorkTest, makes_a_file_of_the_presets_size_and_says_what_it_saw) {
  const auto made = crop("1000 1200 a", {{"mode", "passport"}});
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->files.size(), 1U);
  EXPECT_EQ(made->files[0].bytes.view(), "jpeg 400x500x3");
  EXPECT_EQ(made->files[0].extension, "jpg");
  EXPECT_EQ(detector.seen, (imaging::Size{1000, 1200}));
  const json::object& facts = made->facts;
  EXPECT_EQ(facts.at("mode"), "passport");
  EXPECT_EQ(facts.at("width").to_number<int>(), 400);
  EXPECT_EQ(facts.at("height").to_number<int>(), 500);
  EXPECT_EQ(facts.at("format"), "jpeg");
  EXPECT_EQ(facts.at("detector"), "fake");
  EXPECT_EQ(facts.at("face").at("eyes").at("right").at("x").to_number<int>(), 450);
  EXPECT_EQ(facts.at("face").at("box").at("width").to_number<int>(), 200);
  EXPECT_EQ(facts.at("face").at("roll").to_number<int>(), 0);
  EXPECT_EQ(facts.at("validation").at("verdict"), "warn") << "the head is enlarged";
  EXPECT_EQ(facts.at("validation").at("checks").at(0).at("name"), "roll");
  EXPECT_EQ(facts.at("warnings").as_array().size(), 1U);
  EXPECT_FALSE(facts.contains("model"));
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_EQ(steps, (std::vector<std::string>{"decode", "detect", "crop", "encode"}));
}

TEST_F(FaceCropWorkTest, takes_the_format_that_is_asked_for) {
  const auto made = crop("1000 1200 a", {{"mode", "passport"}, {"options", {{"format", "png"}}}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->files[0].bytes.view(), "png 400x500x3");
}

TEST_F(FaceCropWorkTest, fails_for_good_with_a_reason) {
  const auto refused = [&](const json::object& fields, const std::string& words) {
    const auto made = crop("1000 1200 a", fields);
    ASSERT_FALSE(made) << words;
    EXPECT_FALSE(made.error().retryable()) << words;
    EXPECT_THAT(made.error().text(), HasSubstr(words));
  };
  const json::object passport{{"mode", "passport"}};
  refused({{"mode", "gone"}}, "passport");
  refused({{"mode", "official"}, {"options", {{"background", "#ffffff"}}}}, "refuses photos");
  detector.faces = {face_at(300, 500, 100), face_at(700, 500, 100)};
  refused(passport, "2 faces");
  detector.faces = {face_at(500, 500, 10)};
  refused(passport, "too small");
  detector.faces = {};
  refused(passport, "No face");
  EXPECT_EQ(crop("no picture", passport).error().code, Errc::corrupt_media);
}

TEST_F(FaceCropWorkTest, takes_one_of_several_faces_where_that_is_allowed) {
  detector.faces = {face_at(300, 500, 100), face_at(520, 560, 100)};
  const auto made = crop("1000 1200 a", {{"mode", "passport"}, {"options", {{"allowSeveral", true}}}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->facts.at("face").at("eyes").at("right").at("x").to_number<int>(), 470);
}

TEST_F(FaceCropWorkTest, replaces_the_background_once_the_model_is_there) {
  const json::object white{{"mode", "passport"}, {"options", {{"background", "#ffffff"}}}};
  const auto early = crop("1000 1200 a", white);
  ASSERT_FALSE(early);
  EXPECT_TRUE(early.error().retryable());

  work.use(segmenter);
  const auto made = crop("1000 1200 a", white);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(segmenter.runs, 1);
  EXPECT_EQ(made->facts.at("model"), "fake");
  ASSERT_TRUE(crop("1000 1200 a", {{"mode", "passport"}}));
  EXPECT_EQ(segmenter.runs, 1);
}

TEST_F(FaceCropWorkTest, ends_soon_after_a_stop_request) {
  work.use(segmenter);
  segmenter.before_infer = [&] { stop.request_stop(); };
  const auto made = crop("1000 1200 a", {{"mode", "passport"}, {"options", {{"background", "#ffffff"}}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::cancelled);
}

TEST_F(FaceCropWorkTest, is_kept_apart_by_mode_options_and_detector) {
  const auto key = [&](const json::object& fields) { return work.cache_key(Payload{.work = fields}); };
  EXPECT_NE(key({{"mode", "passport"}}), key({{"mode", "official"}}));
  EXPECT_NE(key({{"mode", "passport"}}), key({{"mode", "passport"}, {"options", {{"format", "png"}}}}));
  EXPECT_THAT(key({{"mode", "passport"}}), HasSubstr("fake"));
}

}  // namespace
}  // namespace cutroom::engine
