#include "adapters/model_onnx/sidecar.hpp"

#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::model_onnx {
namespace {

using imaging::ModelSpec;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

class sidecar : public testing::Test {
 protected:
  sidecar() { std::filesystem::create_directories(folder_); }
  ~sidecar() override { std::filesystem::remove_all(folder_); }

  Result<ModelSpec> read(const std::string& content) {
    std::ofstream(folder_ / "m.toml") << content;
    return read_sidecar(folder_ / "m.toml");
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cutroom_sidecar_" + std::to_string(getpid()));
};

const std::string kLeast = R"(
file = "m.onnx"
licence = "MIT"
commercial = true
[input]
width = 64
height = 48
[scale]
divisor = 255
)";

TEST_F(sidecar, needs_only_what_has_no_sensible_default) {
  const auto spec = read(kLeast);
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->name, "m");
  EXPECT_EQ(spec->file, "m.onnx");
  EXPECT_TRUE(spec->commercial);
  EXPECT_EQ(spec->input_width, 64);
  EXPECT_EQ(spec->input_height, 48);
  EXPECT_EQ(spec->fit, imaging::Fit::squash);
  EXPECT_EQ(spec->divisor_value, 255.0F);
  EXPECT_EQ(spec->warmup_runs, 1);
}

TEST_F(sidecar, says_everything_a_model_can_want) {
  const auto spec = read(R"(
file = "m.onnx"
sha256 = "5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958"
md5 = "60024c5c889badc19c04ad937298a77b"
source = "here"
licence = "MIT"
commercial = false
[input]
width = 512
height = 512
fit = "short_side"
multiple = 16
filter = "bilinear"
order = "bgr"
[scale]
divisor = "picture_max"
mean = [0.5, 0, 1]
std = [0.25, 2, 1]
[output]
index = 3
channel = 2
kind = "classes"
activation = "sigmoid"
minmax = true
filter = "bilinear"
[run]
warmup = 0
memory_mb = 1400
)");
  ASSERT_TRUE(spec) << spec.error().text();
  EXPECT_EQ(spec->fit, imaging::Fit::short_side);
  EXPECT_EQ(spec->multiple, 16);
  EXPECT_EQ(spec->filter, imaging::Filter::bilinear);
  EXPECT_EQ(spec->order, imaging::ChannelOrder::bgr);
  EXPECT_EQ(spec->divisor, imaging::Divisor::picture_max);
  EXPECT_EQ(spec->mean, (std::array{0.5F, 0.0F, 1.0F}));
  EXPECT_EQ(spec->std, (std::array{0.25F, 2.0F, 1.0F}));
  EXPECT_EQ(spec->output_index, 3);
  EXPECT_EQ(spec->output_channel, 2);
  EXPECT_EQ(spec->output_kind, imaging::OutputKind::classes);
  EXPECT_EQ(spec->activation, imaging::Activation::sigmoid);
  EXPECT_TRUE(spec->minmax);
  EXPECT_EQ(spec->mask_filter, imaging::Filter::bilinear);
  EXPECT_EQ(spec->warmup_runs, 0);
  EXPECT_EQ(spec->memory_mb, 1400);
  EXPECT_EQ(spec->md5, "60024c5c889badc19c04ad937298a77b");
}

TEST_F(sidecar, tells_every_wrong_key_with_its_value_and_what_is_allowed) {
  const auto spec = read(R"(
file = "../m.onnx"
sha256 = "xyz"
licence = 3
commercial = "yes"
[input]
width = 0
height = 64.5
fit = "squish"
[scale]
divisor = 0
mean = [1, 2]
std = [1, 1, 0]
[output]
min_max = true
)");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, Errc::invalid_input);
  const auto told = [&](const char* field, const char* problem) {
    EXPECT_THAT(spec.error().fields,
                Contains(testing::AllOf(Field(&FieldProblem::field, field),
                                        Field(&FieldProblem::problem, HasSubstr(problem)))));
  };
  told("file", "a file name without a folder");
  told("sha256", "is \"xyz\"; allowed: 64 lower-case");
  told("licence", "is 3; allowed: a text");
  told("commercial", "allowed: true, false");
  told("input.width", "is 0; allowed: a whole number from 1 to 8192");
  told("input.height", "is 64.5; allowed");
  told("input.fit", "allowed: squash, letterbox, short_side");
  told("input.fit", "squish");
  told("scale.divisor", "is 0; allowed: a number above 0, picture_max");
  told("scale.mean", "three numbers");
  told("scale.std", "none of them 0");
  told("output.min_max", "is not a key");
  EXPECT_EQ(spec.error().fields.size(), 11U);
  EXPECT_THAT(spec.error().text(), HasSubstr("m.toml: file is"));
}

TEST_F(sidecar, tells_what_is_missing) {
  const auto spec = read("[input]\nwidth = 3\n");
  ASSERT_FALSE(spec);
  for (const char* field : {"file", "licence", "commercial", "input.height", "scale"}) {
    EXPECT_THAT(spec.error().fields, Contains(FieldProblem{field, "is missing"}));
  }
}

TEST_F(sidecar, tells_the_line_that_is_not_toml) {
  const auto spec = read("file = \"m.onnx\"\nlicence = = 3\n");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, Errc::invalid_input);
  EXPECT_EQ(spec.error().fields.at(0).field, "line 2");
}

TEST_F(sidecar, that_is_not_there_is_not_found) {
  const auto spec = read_sidecar(folder_ / "other.toml");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, Errc::not_found);
  EXPECT_THAT(spec.error().text(), HasSubstr("other.toml"));
  EXPECT_THAT(spec.error().text(), testing::Not(HasSubstr(folder_.string())));
}

TEST(shipped_sidecars, are_all_right) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CUTROOM_MODELS_DIR)) {
    if (entry.path().extension() != ".toml") continue;
    const auto spec = read_sidecar(entry.path());
    ASSERT_TRUE(spec) << spec.error().text();
    EXPECT_FALSE(spec->sha256.empty() && spec->md5.empty()) << spec->name;
    EXPECT_FALSE(spec->source.empty()) << spec->name;
    ++read;
  }
  EXPECT_EQ(read, 18);
}

// What the families differ in.
TEST(shipped_sidecars, have_their_familys_constants) {
  const auto of = [](const std::string& name) {
    return read_sidecar(std::filesystem::path(CUTROOM_MODELS_DIR) / (name + ".toml")).value();
  };
  const ModelSpec u2net = of("u2net");
  EXPECT_EQ(u2net.input_width, 320);
  EXPECT_EQ(u2net.divisor, imaging::Divisor::picture_max);
  EXPECT_EQ(u2net.mean, (std::array{0.485F, 0.456F, 0.406F}));
  EXPECT_TRUE(u2net.minmax);
  EXPECT_EQ(u2net.activation, imaging::Activation::none);
  EXPECT_TRUE(u2net.commercial);
  EXPECT_EQ(of("birefnet-general").activation, imaging::Activation::sigmoid);
  EXPECT_EQ(of("isnet-general-use").std, (std::array{1.0F, 1.0F, 1.0F}));
  EXPECT_EQ(of("u2net_cloth_seg").output_kind, imaging::OutputKind::classes);
  const ModelSpec imgly = of("isnet-imgly-medium");
  EXPECT_EQ(imgly.divisor_value, 256.0F);
  EXPECT_EQ(imgly.mean, (std::array{0.5F, 0.5F, 0.5F}));
  EXPECT_FALSE(imgly.minmax);
  EXPECT_FALSE(imgly.commercial);
}

}  // namespace
}  // namespace cutroom::model_onnx
