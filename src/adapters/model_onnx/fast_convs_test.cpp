// Which convolutions are taken out of a model, on models put together here; that the rewritten model still
// gives the same is onnx_segmenter_test.cpp's and tests/quality's.
#include "adapters/model_onnx/fast_convs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/model_onnx/onnx_fields.hpp"
#include "adapters/model_onnx/onnx_graph.hpp"

namespace cutroom::model_onnx {
namespace {

using testing::ElementsAre;
using Names = std::vector<std::string>;

struct NodeText {
  std::string operation;
  Names inputs;
  Names outputs;
  std::map<std::string, std::vector<std::int64_t>> attributes;
};

Buffer model_of(const std::vector<NodeText>& nodes,
                const std::map<std::string, std::vector<std::int64_t>>& weights, const Names& outputs,
                const std::map<std::string, std::vector<std::int64_t>>& shapes = {}) {
  WireWriter writer(4096);
  const auto named_value = [&](std::uint32_t field, const std::string& name) {
    const std::size_t value = writer.begin(field);
    writer.text(onnx::kValueName, name);
    if (const auto shape = shapes.find(name); shape != shapes.end()) {
      const std::size_t type = writer.begin(onnx::kValueType);
      const std::size_t tensor = writer.begin(onnx::kTypeTensor);
      const std::size_t dims = writer.begin(onnx::kTensorTypeShape);
      for (const std::int64_t side : shape->second) {
        const std::size_t dim = writer.begin(onnx::kShapeDim);
        writer.number(onnx::kDimValue, static_cast<std::uint64_t>(side));
        writer.end(dim);
      }
      writer.end(dims);
      writer.end(tensor);
      writer.end(type);
    }
    writer.end(value);
  };
  const std::size_t graph = writer.begin(onnx::kModelGraph);
  for (const NodeText& text : nodes) {
    const std::size_t node = writer.begin(onnx::kGraphNode);
    for (const auto& input : text.inputs) writer.text(onnx::kNodeInput, input);
    for (const auto& output : text.outputs) writer.text(onnx::kNodeOutput, output);
    writer.text(onnx::kNodeOperation, text.operation);
    for (const auto& [name, numbers] : text.attributes) {
      const std::size_t attribute = writer.begin(onnx::kNodeAttribute);
      writer.text(onnx::kAttributeName, name);
      const bool one = name == "group" || name == "axis";
      for (const std::int64_t number : numbers) {
        writer.number(one ? onnx::kAttributeInt : onnx::kAttributeInts, static_cast<std::uint64_t>(number));
      }
      writer.end(attribute);
    }
    writer.end(node);
  }
  for (const auto& [name, dims] : weights) {
    const std::size_t tensor = writer.begin(onnx::kGraphInitializer);
    std::size_t count = 1;
    for (const std::int64_t dim : dims) {
      writer.number(onnx::kTensorDims, static_cast<std::uint64_t>(dim));
      count *= static_cast<std::size_t>(dim);
    }
    writer.number(onnx::kTensorType, onnx::kFloat);
    writer.text(onnx::kTensorName, name);
    writer.block(onnx::kTensorRaw, Buffer(count * sizeof(float)));
    writer.end(tensor);
  }
  named_value(onnx::kGraphInput, "x");
  for (const auto& output : outputs) named_value(onnx::kGraphOutput, output);
  for (const auto& [name, shape] : shapes) {
    if (name != "x" && std::ranges::find(outputs, name) == outputs.end())
      named_value(onnx::kGraphValueInfo, name);
  }
  writer.end(graph);
  return writer.take();
}

NodeText conv(const std::string& input, const std::string& output) {
  return {"Conv", {input, "w", "b"}, {output}, {{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}}};
}

const std::map<std::string, std::vector<std::int64_t>> kWeights{{"w", {8, 8, 3, 3}}, {"b", {8}}};

// "operation(inputs)outputs" for each node left.
Names nodes_of(const std::optional<FastModel>& fast) {
  Names found;
  if (!fast) return {"as it was"};
  WireReader reader(fast->model);
  while (const auto field = reader.next()) {
    if (field->number != onnx::kModelGraph) continue;
    const auto graph = read_graph(field->block);
    for (const OnnxNode& node : graph.value().nodes) {
      std::string text(node.operation);
      for (const auto input : node.inputs) text += " " + std::string(input);
      found.push_back(text + " > " + std::string(node.outputs.at(0)));
    }
  }
  return found;
}

Names rewritten(const std::vector<NodeText>& nodes, const Names& outputs) {
  return nodes_of(take_out_convs(model_of(nodes, kWeights, outputs)));
}

const Names kLeftAlone{"as it was"};

TEST(fast_convs, takes_a_convolution_and_the_relu_behind_it) {
  const auto fast = take_out_convs(
      model_of({conv("x", "c"), {"Relu", {"c"}, {"y"}, {}}, {"Sigmoid", {"y"}, {"z"}, {}}}, kWeights, {"z"}));
  EXPECT_THAT(nodes_of(fast), ElementsAre("FastConv3x3 x > y", "Sigmoid y > z"));
  ASSERT_EQ(fast->convs.size(), 1U);
  EXPECT_TRUE(fast->convs[0].relu);
  EXPECT_EQ(fast->convs[0].channels_in, 8);
  EXPECT_EQ(fast->convs[0].bias.size(), 8U);
  WireReader reader(fast->model);
  while (const auto field = reader.next()) {
    if (field->number != onnx::kModelGraph) continue;
    EXPECT_TRUE(read_graph(field->block)->initializers.empty());
  }
}

TEST(fast_convs, leaves_a_relu_whose_input_others_read_too) {
  EXPECT_THAT(
      rewritten({conv("x", "c"), {"Relu", {"c"}, {"y"}, {}}, {"Sigmoid", {"c"}, {"z"}, {}}}, {"y", "z"}),
      ElementsAre("FastConv3x3 x > c", "Relu c > y", "Sigmoid c > z"));
  EXPECT_THAT(rewritten({conv("x", "c"), {"Relu", {"c"}, {"y"}, {}}}, {"y", "c"}),
              ElementsAre("FastConv3x3 x > c", "Relu c > y"));
}

TEST(fast_convs, reads_both_parts_of_a_join_that_only_they_read) {
  const NodeText join{"Concat", {"x", "a"}, {"j"}, {{"axis", {1}}}};
  const NodeText other{"Sigmoid", {"x"}, {"a"}, {}};
  EXPECT_THAT(rewritten({other, join, conv("j", "c"), conv("j", "d")}, {"c", "d"}),
              ElementsAre("Sigmoid x > a", "FastConv3x3 x a > c", "FastConv3x3 x a > d"));
  EXPECT_THAT(rewritten({other, join, conv("j", "c"), {"Relu", {"j"}, {"d"}, {}}}, {"c", "d"}),
              ElementsAre("Sigmoid x > a", "Concat x a > j", "FastConv3x3 j > c", "Relu j > d"));
  NodeText rows = join;
  rows.attributes["axis"] = {2};
  EXPECT_THAT(rewritten({other, rows, conv("j", "c")}, {"c"}),
              ElementsAre("Sigmoid x > a", "Concat x a > j", "FastConv3x3 j > c"));
}

TEST(fast_convs, leaves_other_convolutions_alone) {
  const auto with = [](const std::string& attribute, std::vector<std::int64_t> value) {
    NodeText node = conv("x", "y");
    node.attributes[attribute] = std::move(value);
    return rewritten({node}, {"y"});
  };
  EXPECT_EQ(with("strides", {2, 2}), kLeftAlone);
  EXPECT_EQ(with("dilations", {2, 2}), kLeftAlone);
  EXPECT_EQ(with("pads", {0, 0, 0, 0}), kLeftAlone);
  EXPECT_EQ(with("group", {2}), kLeftAlone);
  EXPECT_NE(with("strides", {1, 1}), kLeftAlone);
  NodeText unbiased = conv("x", "y");
  unbiased.inputs.pop_back();
  EXPECT_EQ(rewritten({unbiased}, {"y"}), kLeftAlone);
  NodeText computed = conv("x", "y");
  computed.inputs[1] = "x";
  EXPECT_EQ(rewritten({computed}, {"y"}), kLeftAlone);
}

TEST(fast_convs, leaves_small_pictures_with_large_weights_alone) {
  const auto at = [](std::int64_t side) {
    return nodes_of(take_out_convs(model_of({conv("x", "y")}, kWeights, {"y"}, {{"y", {1, 8, side, side}}})));
  };
  EXPECT_EQ(at(16), kLeftAlone);
  EXPECT_NE(at(32), kLeftAlone);
  const std::map<std::string, std::vector<std::int64_t>> large{{"w", {264, 256, 3, 3}}, {"b", {264}}};
  EXPECT_EQ(nodes_of(take_out_convs(model_of({conv("x", "y")}, large, {"y"}))), kLeftAlone);
}

TEST(fast_convs, leaves_alone_what_it_does_not_understand) {
  EXPECT_FALSE(take_out_convs({}));
  Buffer model = model_of({conv("x", "y")}, kWeights, {"y"});
  model.resize(model.size() - 7);
  EXPECT_FALSE(take_out_convs(model));
  // Weights that are shorter than their shape says.
  auto wrong = kWeights;
  wrong["b"] = {7};
  EXPECT_FALSE(take_out_convs(model_of({conv("x", "y")}, wrong, {"y"})));
}

}  // namespace
}  // namespace cutroom::model_onnx
