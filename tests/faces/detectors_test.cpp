// The detectors' files: there, missing, wrong.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/face_dlib/dlib_detector.hpp"
#include "adapters/face_yunet/yunet_detector.hpp"
#include "astronaut.hpp"

namespace cutroom::test {
namespace {

using testing::HasSubstr;

// A file with this content, gone with its object.
class SmallFile {
 public:
  explicit SmallFile(const std::string& content)
      : path_(std::filesystem::temp_directory_path() /
              ("cutroom-faces-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~SmallFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(YunetFile, must_be_there_and_be_the_network) {
  EXPECT_EQ(face_yunet::load_yunet({.file = "/nowhere/yunet.onnx"}).error().code, Errc::not_found);
  const SmallFile garbage("this is no network");
  EXPECT_EQ(face_yunet::load_yunet({.file = garbage.path()}).error().code, Errc::model_failed);
  const auto other = face_yunet::load_yunet({.file = garbage.path(), .sha256 = std::string(64, '0')});
  EXPECT_EQ(other.error().code, Errc::invalid_input);
  EXPECT_THAT(other.error().message, HasSubstr("sidecar"));
}

TEST(YunetFile, is_the_one_that_the_sidecar_names) {
  const std::string file = yunet_file("yunet");
  if (file.empty()) GTEST_SKIP() << "needs YuNet's file in the folder that CUTROOM_TESTDATA names";
  EXPECT_TRUE(face_yunet::load_yunet(
      {.file = file, .sha256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"}));
}

TEST(LandmarksFile, must_be_there_and_be_a_shape_predictor) {
  EXPECT_EQ(face_dlib::make_dlib_detector({.landmarks_file = "/nowhere/shape.dat"}).error().code,
            Errc::not_found);
  const SmallFile garbage("this is no shape predictor");
  const auto wrong = face_dlib::make_dlib_detector({.landmarks_file = garbage.path()});
  EXPECT_EQ(wrong.error().code, Errc::invalid_input);
  EXPECT_THAT(wrong.error().message, HasSubstr("shape predictor"));
}

TEST(Detectors, answer_the_same_from_several_threads_at_once) {
  const auto photo = sample("astronaut.png");
  if (!photo) GTEST_SKIP() << "needs .deps/samples/astronaut.png, which ./dev setup gets";
  for (const std::string kind : {"dlib", "yunet"}) {
    const auto one = detector(kind);
    if (!one) continue;  // Told by the other tests.
    const auto expected = one->detect(*photo);
    ASSERT_TRUE(expected);
    std::vector<Result<std::vector<imaging::DetectedFace>>> found(3, Error{});
    {
      std::vector<std::jthread> threads;
      for (auto& result : found) threads.emplace_back([&] { result = one->detect(*photo); });
    }
    for (const auto& result : found) {
      ASSERT_TRUE(result);
      ASSERT_EQ(result->size(), expected->size());
      EXPECT_EQ((*result)[0].right_eye, (*expected)[0].right_eye);
    }
  }
}

TEST(Detectors, find_nobody_in_the_smallest_picture) {
  imaging::Image dot({1, 1}, 3);
  std::fill_n(dot.samples.data(), 3, std::uint8_t{90});
  for (const std::string kind : {"dlib", "yunet", "yunet-dynamic"}) {
    const auto one = detector(kind);
    if (!one) continue;
    const auto faces = one->detect(dot);
    ASSERT_TRUE(faces) << kind << " " << faces.error().detail;
    EXPECT_TRUE(faces->empty()) << kind;
  }
}

}  // namespace
}  // namespace cutroom::test
