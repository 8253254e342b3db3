// The rewriting of ONNX files, on models that tests/models/make_tiny_model.py wrote.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/model_onnx/onnx_fields.hpp"
#include "adapters/model_onnx/onnx_wire.hpp"
#include "adapters/model_onnx/prune_outputs.hpp"
#include "adapters/model_onnx/widen_halves.hpp"

namespace cutroom::model_onnx {
namespace {

using testing::ElementsAre;

Buffer file(const std::string& name) {
  std::ifstream in(std::filesystem::path(CUTROOM_TINY_MODEL_DIR) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<WireField> fields(View message, std::uint32_t number) {
  std::vector<WireField> found;
  WireReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == number) found.push_back(*field);
  }
  EXPECT_FALSE(reader.broken());
  return found;
}

View graph_of(const Buffer& model) { return fields(model, onnx::kModelGraph).at(0).block; }

std::vector<std::string> names(View graph, std::uint32_t kind) {
  std::vector<std::string> found;
  for (const WireField& field : fields(graph, kind))
    found.emplace_back(as_text(fields(field.block, 1).at(0).block));
  return found;
}

TEST(wire, reads_back_what_was_written_also_blocks_of_unknown_size) {
  WireWriter writer(0);
  writer.number(1, 0);
  writer.number(1000, UINT64_MAX);
  const std::size_t outer = writer.begin(2);
  const std::size_t inner = writer.begin(3);
  writer.text(4, std::string(300, 'x'));
  writer.end(inner);
  writer.end(outer);
  const Buffer bytes = writer.take();
  EXPECT_EQ(fields(bytes, 1).at(0).value, 0U);
  EXPECT_EQ(fields(bytes, 1000).at(0).value, UINT64_MAX);
  const View block = fields(fields(fields(bytes, 2).at(0).block, 3).at(0).block, 4).at(0).block;
  EXPECT_EQ(as_text(block), std::string(300, 'x'));
}

TEST(wire, never_reads_past_the_end) {
  const Buffer model = file("tiny.onnx");
  ASSERT_FALSE(model.empty());
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    Buffer bytes(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(random() % (model.size() + 1)));
    for (int i = 0; i < 3 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    // Sanitizers see what is wrong; here it must only end.
    prune_outputs(bytes, 0);
    widen_halves(bytes);
  }
}

TEST(prune_outputs, keeps_the_one_that_is_asked_for_and_everything_else) {
  const Buffer model = file("tiny.onnx");
  ASSERT_THAT(names(graph_of(model), onnx::kGraphOutput), ElementsAre("output", "side"));
  for (const int index : {0, 1}) {
    const auto pruned = prune_outputs(model, index);
    ASSERT_TRUE(pruned);
    const View graph = graph_of(*pruned);
    EXPECT_THAT(names(graph, onnx::kGraphOutput), ElementsAre(index == 0 ? "output" : "side"));
    EXPECT_THAT(names(graph, onnx::kGraphInput), ElementsAre("input"));
    // The sigmoid leads to "output" only.
    EXPECT_EQ(fields(graph, onnx::kGraphNode).size(), index == 0 ? 2U : 1U);
    EXPECT_EQ(fields(graph, onnx::kGraphInitializer).size(), 1U);
    EXPECT_EQ(fields(*pruned, onnx::kModelOpset).size(), 1U);
  }
}

TEST(prune_outputs, leaves_alone_what_has_nothing_to_prune) {
  EXPECT_FALSE(prune_outputs(file("tiny.onnx"), 2));
  EXPECT_FALSE(prune_outputs(file("tiny.onnx"), -1));
  EXPECT_FALSE(prune_outputs(file("tiny_nan.onnx"), 0));  // Has one.
  EXPECT_FALSE(prune_outputs({}, 0));
  const Buffer text{'n', 'o', ' ', 'm', 'o', 'd', 'e', 'l'};
  EXPECT_FALSE(prune_outputs(text, 0));
  Buffer cut = file("tiny.onnx");
  cut.resize(cut.size() / 2);
  EXPECT_FALSE(prune_outputs(cut, 0));
}

TEST(widen_halves, makes_weights_casts_and_inner_types_single) {
  const Buffer model = file("tiny_half.onnx");
  ASSERT_EQ(fields(graph_of(model), onnx::kGraphValueInfo).size(), 2U);
  const auto wide = widen_halves(model);
  ASSERT_TRUE(wide);
  const View graph = graph_of(*wide);
  for (const WireField& value : fields(graph, onnx::kGraphValueInfo)) {
    const View type =
        fields(fields(value.block, onnx::kValueType).at(0).block, onnx::kTypeTensor).at(0).block;
    EXPECT_EQ(fields(type, onnx::kTensorTypeElement).at(0).value, onnx::kFloat);
    EXPECT_EQ(fields(type, onnx::kTensorTypeShape).size(), 1U);
  }
  EXPECT_EQ(fields(graph, onnx::kGraphValueInfo).size(), 2U);
  const View weight = fields(graph, onnx::kGraphInitializer).at(0).block;
  EXPECT_EQ(fields(weight, onnx::kTensorType).at(0).value, onnx::kFloat);
  const View raw = fields(weight, onnx::kTensorRaw).at(0).block;
  ASSERT_EQ(raw.size(), 12U);
  float first = 0.0F;
  std::memcpy(&first, raw.data(), 4);
  EXPECT_EQ(first, 4.0F);
  for (const WireField& node : fields(graph, onnx::kGraphNode)) {
    if (as_text(fields(node.block, onnx::kNodeOperation).at(0).block) != "Cast") continue;
    const View to = fields(node.block, onnx::kNodeAttribute).at(0).block;
    EXPECT_EQ(fields(to, onnx::kAttributeInt).at(0).value, onnx::kFloat);
  }
}

TEST(widen_halves, converts_every_half_exactly) {
  // A model whose one weight holds all 65,536 halves.
  std::vector<std::uint8_t> raw;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    raw.push_back(static_cast<std::uint8_t>(half));
    raw.push_back(static_cast<std::uint8_t>(half >> 8));
  }
  WireWriter writer(raw.size() + 64);
  const std::size_t graph = writer.begin(onnx::kModelGraph);
  const std::size_t tensor = writer.begin(onnx::kGraphInitializer);
  writer.number(onnx::kTensorType, onnx::kHalf);
  writer.block(onnx::kTensorRaw, raw);
  writer.end(tensor);
  writer.end(graph);
  const auto wide = widen_halves(writer.take());
  ASSERT_TRUE(wide);
  const View out =
      fields(fields(graph_of(*wide), onnx::kGraphInitializer).at(0).block, onnx::kTensorRaw).at(0).block;
  ASSERT_EQ(out.size(), 65536U * 4);
  for (std::uint32_t half = 0; half < 65536; ++half) {
    float found = 0.0F;
    std::memcpy(&found, out.data() + half * 4, 4);
    const int exponent = static_cast<int>(half >> 10 & 31);
    const auto fraction = static_cast<double>(half & 1023);
    double wanted = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) wanted = fraction == 0 ? HUGE_VAL : NAN;
    if ((half & 0x8000U) != 0) wanted = -wanted;
    if (std::isnan(wanted)) {
      ASSERT_TRUE(std::isnan(found)) << half;
    } else {
      ASSERT_EQ(static_cast<double>(found), wanted) << half;
      ASSERT_EQ(std::signbit(found), std::signbit(wanted)) << half;
    }
  }
}

TEST(widen_halves, leaves_alone_what_has_no_halves) {
  EXPECT_FALSE(widen_halves(file("tiny.onnx")));
  EXPECT_FALSE(widen_halves({}));
}

}  // namespace
}  // namespace cutroom::model_onnx
