#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>
#include <vips/vips8>

#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "adapters/model_onnx/sidecar.hpp"
#include "plain_pipeline.hpp"

namespace cutroom::quality {
namespace {

const std::filesystem::path kDeps = CUTROOM_DEPS_DIR;
const char* const kModel = "isnet-imgly-medium";

// One file of the set-up, wherever it put it.
std::filesystem::path found(const std::string& name) {
  for (const char* folder : {"models", "samples", "samples-more"}) {
    if (std::filesystem::exists(kDeps / folder / name)) return kDeps / folder / name;
  }
  return {};
}

struct Comparison {
  double iou = 0.0;
  double difference = 0.0;  // Mean of the absolute differences, of 1.
  double output_mean = 0.0;
  double plain_output_mean = 0.0;
};

class model_quality : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (VIPS_INIT("model_quality_test") != 0) FAIL() << "libvips does not start";
  }

  void SetUp() override {
    const std::filesystem::path file = found(std::string(kModel) + ".onnx");
    ASSERT_FALSE(file.empty()) << "the model is not there: ./dev setup gets it";
    auto spec =
        model_onnx::read_sidecar(std::filesystem::path(CUTROOM_MODELS_DIR) / (kModel + std::string(".toml")));
    ASSERT_TRUE(spec) << spec.error().text();
    options_ = {.file = file, .spec = *spec};
    plain_ = std::make_unique<PlainPipeline>(file);
  }

  void load() {
    auto loaded = model_onnx::load_onnx_segmenter(options_);
    ASSERT_TRUE(loaded) << loaded.error().text() << " " << loaded.error().detail;
    ours_ = std::move(*loaded);
  }

  void compare(const std::string& name, Alignment alignment, Comparison& out) {
    const std::filesystem::path path = found(name);
    ASSERT_FALSE(path.empty()) << name << " is not there: ./dev setup gets it";
    const Photo photo = load_photo(path);
    imaging::Image rgb({photo.width, photo.height}, 3);
    std::copy(photo.rgb.begin(), photo.rgb.end(), rgb.samples.data());

    auto input = ours_->prepare(rgb);
    ASSERT_TRUE(input);
    const auto output = ours_->infer(std::move(*input), {});
    ASSERT_TRUE(output) << output.error().detail;
    const auto mask = ours_->finish(*output, rgb.size);
    ASSERT_TRUE(mask);
    const std::vector<double> wanted = plain_->alpha(photo, alignment);

    std::size_t both = 0;
    std::size_t either = 0;
    double difference = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double our = mask->samples[i];
      both += our > 127.5 && wanted[i] > 127.5;
      either += our > 127.5 || wanted[i] > 127.5;
      difference += std::abs(our - wanted[i]) / 255.0;
    }
    out.iou = either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
    out.difference = difference / static_cast<double>(wanted.size());
    out.output_mean = std::accumulate(output->values.begin(), output->values.end(), 0.0) /
                      static_cast<double>(output->values.size());
    out.plain_output_mean = plain_->output_mean();
    std::printf("%-20s %5d x %-4d  IoU@0.5 %.4f  mean difference %.5f  mean output %.4f\n", name.c_str(),
                photo.width, photo.height, out.iou, out.difference, out.output_mean);
  }

  model_onnx::OnnxOptions options_;
  std::unique_ptr<PlainPipeline> plain_;
  std::unique_ptr<imaging::Segmenter> ours_;
};

TEST_F(model_quality, our_masks_are_those_of_a_plain_pipeline) {
  ASSERT_NO_FATAL_FAILURE(load());
  for (const char* name :
       {"astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png", "motorcycle_left.png"}) {
    SCOPED_TRACE(name);
    Comparison found_out;
    ASSERT_NO_FATAL_FAILURE(compare(name, Alignment::centres, found_out));
    EXPECT_GE(found_out.iou, 0.98);
    EXPECT_LE(found_out.difference, 0.01);
    if (std::string(name) == "astronaut.png") {
      // Golden numbers, from the publisher's own code.
      EXPECT_NEAR(found_out.output_mean, 0.5336, 0.0005);
      EXPECT_NEAR(found_out.plain_output_mean, 0.5336, 0.0005);
    }
  }
}

TEST_F(model_quality, with_the_publishers_own_sampling_our_masks_are_the_publishers) {
  options_.spec.filter = options_.spec.mask_filter = imaging::Filter::bilinear_plain;
  ASSERT_NO_FATAL_FAILURE(load());
  for (const char* name : {"astronaut.png", "rocket.jpg"}) {
    SCOPED_TRACE(name);
    Comparison found_out;
    ASSERT_NO_FATAL_FAILURE(compare(name, Alignment::corners, found_out));
    EXPECT_GE(found_out.iou, 0.998);
    EXPECT_LE(found_out.difference, 0.001);
  }
}

}  // namespace
}  // namespace cutroom::quality
