#include "adapters/model_onnx/onnx_segmenter.hpp"

#include <cmath>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/model_onnx/checksum.hpp"
#include "adapters/model_onnx/sidecar.hpp"
#include "base/digest.hpp"

namespace cutroom::model_onnx {
namespace {

using imaging::Image;
using imaging::ModelSpec;
using imaging::Segmenter;
using testing::HasSubstr;

const std::filesystem::path kFolder = CUTROOM_TINY_MODEL_DIR;

OnnxOptions tiny(const std::string& file = "tiny.onnx") {
  OnnxOptions options{
      .file = kFolder / file, .spec = read_sidecar(kFolder / "tiny.toml").value(), .intra_threads = 1};
  options.spec.file = file;
  return options;
}

// Left half black, right half white.
Image halves(imaging::Size size) {
  Image image(size, 3);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      std::fill_n(image.row(y) + 3 * x, 3, static_cast<std::uint8_t>(x < size.width / 2 ? 0 : 255));
    }
  }
  return image;
}

std::string refusal(const OnnxOptions& options, Errc wanted = Errc::invalid_input) {
  const auto loaded = load_onnx_segmenter(options);
  if (loaded) return "accepted";
  EXPECT_EQ(loaded.error().code, wanted) << loaded.error().text() << " " << loaded.error().detail;
  return loaded.error().text();
}

TEST(onnx_segmenter, finds_the_bright_part_of_a_picture) {
  for (const char* file : {"tiny.onnx", "tiny_half.onnx", "tiny_any_size.onnx"}) {
    auto model = load_onnx_segmenter(tiny(file));
    ASSERT_TRUE(model) << model.error().text() << " " << model.error().detail;
    EXPECT_EQ((*model)->model(), "tiny");
    const Image picture = halves({96, 64});
    auto input = (*model)->prepare(picture);
    ASSERT_TRUE(input);
    const auto output = (*model)->infer(std::move(*input), {});
    ASSERT_TRUE(output) << output.error().detail;
    EXPECT_EQ(output->height, 32);
    EXPECT_EQ(output->width, 32);
    EXPECT_NEAR(output->values.at(0), 1 / (1 + std::exp(6.0)), 1e-5);
    EXPECT_NEAR(output->values.at(31), 1 / (1 + std::exp(-6.0)), 1e-5);
    const auto mask = (*model)->finish(*output, picture.size);
    ASSERT_TRUE(mask);
    EXPECT_EQ(mask->size, picture.size);
    EXPECT_EQ(mask->row(10)[5], 0);
    EXPECT_EQ(mask->row(10)[90], 254);
  }
}

TEST(onnx_segmenter, takes_the_output_it_is_told) {
  OnnxOptions options = tiny();
  options.spec.output_index = 1;
  auto model = load_onnx_segmenter(options);
  ASSERT_TRUE(model);
  const auto output = (*model)->infer((*model)->prepare(halves({32, 32})).value(), {});
  ASSERT_TRUE(output);
  EXPECT_NEAR(output->values.at(0), -6.0F, 1e-5F);  // Before the sigmoid.
}

TEST(onnx_segmenter, takes_pictures_of_changing_size_where_model_and_sidecar_allow_it) {
  OnnxOptions options = tiny("tiny_any_size.onnx");
  options.spec.fit = imaging::Fit::short_side;
  auto model = load_onnx_segmenter(options);
  ASSERT_TRUE(model) << model.error().text();
  for (const imaging::Size size : {imaging::Size{64, 32}, imaging::Size{32, 128}}) {
    const auto output = (*model)->infer((*model)->prepare(halves(size)).value(), {});
    ASSERT_TRUE(output) << output.error().detail;
    EXPECT_EQ(output->width, size.width);
    EXPECT_EQ(output->height, size.height);
  }
}

TEST(onnx_segmenter, gives_the_same_rewritten_as_not) {
  for (const char* file : {"tiny.onnx", "tiny_half.onnx", "tiny_conv.onnx"}) {
    OnnxOptions options = tiny(file);
    options.intra_threads = 2;
    if (std::string(file) == "tiny_conv.onnx") options.spec.input_width = options.spec.input_height = 64;
    std::vector<float> results[2];
    for (const bool rewrite : {false, true}) {
      options.rewrite = rewrite;
      auto model = load_onnx_segmenter(options);
      ASSERT_TRUE(model) << model.error().detail;
      results[rewrite ? 1 : 0] =
          (*model)->infer((*model)->prepare(halves({64, 64})).value(), {}).value().values;
    }
    ASSERT_EQ(results[0].size(), results[1].size());
    for (std::size_t i = 0; i < results[0].size(); ++i) {
      // Half precision has 11 bits; the map before the sigmoid goes up to 6.
      ASSERT_NEAR(results[0][i], results[1][i], std::string(file) == "tiny_half.onnx" ? 1e-3F : 1e-5F)
          << file;
    }
    const auto [least, most] = std::ranges::minmax(results[0]);
    EXPECT_GT(most - least, 0.01F) << file;  // Not a constant, which would prove little.
  }
}

TEST(onnx_segmenter, refuses_a_file_that_is_not_there) {
  EXPECT_THAT(refusal(tiny("none.onnx"), Errc::not_found), HasSubstr("none.onnx of model tiny is not there"));
}

TEST(onnx_segmenter, refuses_a_file_with_another_hash) {
  OnnxOptions options = tiny();
  std::ifstream in(options.file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  options.spec.sha256 = sha256_hex(bytes);
  EXPECT_EQ(refusal(options), "accepted");
  options.spec.sha256 = std::string(64, '0');
  EXPECT_THAT(refusal(options), HasSubstr("its SHA-256 is " + sha256_hex(bytes)));
  options.spec.sha256.clear();
  options.spec.md5 = md5_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  EXPECT_EQ(refusal(options), "accepted");
  options.spec.md5 = std::string(32, '0');
  EXPECT_THAT(refusal(options), HasSubstr("its MD5 is "));
}

TEST(onnx_segmenter, refuses_what_is_not_a_model) { refusal(tiny("tiny.toml"), Errc::model_failed); }

TEST(onnx_segmenter, refuses_a_sidecar_that_does_not_fit_the_model) {
  OnnxOptions options = tiny();
  options.spec.input_width = 64;
  EXPECT_THAT(refusal(options), HasSubstr("ask for 1 x 3 x 32 x 64, the model takes 1 x 3 x 32 x 32"));
  options = tiny();
  options.spec.fit = imaging::Fit::short_side;
  EXPECT_THAT(refusal(options), HasSubstr("ask for 1 x 3 x any x any"));
  options = tiny();
  options.spec.output_index = 2;
  EXPECT_THAT(refusal(options), HasSubstr("output.index is 2"));
  options = tiny();
  options.spec.output_channel = 1;
  EXPECT_THAT(refusal(options), HasSubstr("needs 2 channels, the model gives 1"));
}

TEST(onnx_segmenter, refuses_a_picture_without_colour) {
  auto model = load_onnx_segmenter(tiny());
  ASSERT_TRUE(model);
  EXPECT_FALSE((*model)->prepare(Image({3, 3}, 1)));
  EXPECT_FALSE((*model)->prepare(Image()));
}

TEST(onnx_segmenter, does_not_pass_on_what_is_not_a_number) {
  OnnxOptions options = tiny("tiny_nan.onnx");
  options.spec.warmup_runs = 0;
  auto model = load_onnx_segmenter(options);
  ASSERT_TRUE(model);
  const auto output = (*model)->infer((*model)->prepare(halves({32, 32})).value(), {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Errc::model_failed);
}

TEST(onnx_segmenter, a_wrong_input_fails_without_harm) {
  auto model = load_onnx_segmenter(tiny());
  ASSERT_TRUE(model);
  const auto output = (*model)->infer({3, 8, 8, std::vector<float>(192)}, {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Errc::model_failed);
  EXPECT_TRUE((*model)->infer((*model)->prepare(halves({32, 32})).value(), {}));
}

TEST(onnx_segmenter, ends_a_run_on_a_stop_request) {
  OnnxOptions options = tiny("tiny_slow.onnx");
  options.spec.input_width = options.spec.input_height = 256;
  options.spec.warmup_runs = 0;
  auto model = load_onnx_segmenter(options);
  ASSERT_TRUE(model) << model.error().text() << model.error().detail;
  const imaging::Tensor input = (*model)->prepare(halves({256, 256})).value();

  std::stop_source stop;
  std::atomic<bool> begun = false;
  std::jthread stopper([&] {
    begun.wait(false);
    stop.request_stop();
  });
  begun = true;
  begun.notify_one();
  const auto output = (*model)->infer(input, stop.get_token());
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Errc::cancelled);
}

}  // namespace
}  // namespace cutroom::model_onnx
