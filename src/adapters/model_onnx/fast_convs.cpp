#include "adapters/model_onnx/fast_convs.hpp"

#include <cstring>
#include <set>

#include "adapters/model_onnx/onnx_fields.hpp"
#include "adapters/model_onnx/onnx_graph.hpp"

namespace cutroom::model_onnx {
namespace {

// Transformed weights take four times the memory, and the gain falls with the size of the picture they are
// applied to.
constexpr std::int64_t kPixelsMin = 32 * 32;
// Where the file does not say how large that is: networks have many channels where pictures are small.
constexpr std::int64_t kWeightsMax = 256 * 256;
constexpr int kChannelsMin = 8;  // Of the input.

bool all(const OnnxNode& node, std::string_view attribute, std::size_t count, std::int64_t value,
         bool if_absent) {
  const auto found = node.attributes.find(attribute);
  if (found == node.attributes.end()) return if_absent;
  return found->second.numbers == std::vector<std::int64_t>(count, value);
}

class Rewriter {
 public:
  explicit Rewriter(const OnnxGraph& graph) : graph_(graph) {
    for (const OnnxNode& node : graph.nodes) {
      for (const std::string_view input : node.inputs) users_[input].push_back(&node);
      for (const std::string_view output : node.outputs) makers_[output] = &node;
    }
    for (const std::string_view output : graph.outputs) users_[output].push_back(nullptr);
  }

  // Whether there is anything to rewrite.
  bool choose() {
    for (const OnnxNode& node : graph_.nodes) {
      if (is_fast(node)) fast_.insert(&node);
    }
    for (const OnnxNode* conv : fast_) {
      if (const OnnxNode* relu = only_relu_after(*conv)) relus_.emplace(conv, relu);
      const auto maker = makers_.find(conv->inputs[0]);
      if (maker != makers_.end() && only_for_fast(*maker->second)) joins_.insert(maker->second);
    }
    for (const auto& [conv, relu] : relus_) left_out_.insert(relu);
    left_out_.insert(joins_.begin(), joins_.end());
    return !fast_.empty();
  }

  void write(View graph, WireWriter& writer, std::vector<FastConv>& convs) {
    std::size_t node = 0;
    WireReader reader(graph);
    while (const auto field = reader.next()) {
      if (field->number == onnx::kGraphNode) {
        write_node(graph_.nodes[node++], writer, convs);
      } else if (field->number != onnx::kGraphInitializer || is_needed(field->block)) {
        writer.raw(field->whole);
      }
    }
  }

 private:
  const OnnxTensor* initializer(const OnnxNode& node, std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    const auto found = graph_.initializers.find(node.inputs[input]);
    return found == graph_.initializers.end() ? nullptr : &found->second;
  }

  bool is_fast(const OnnxNode& node) const {
    if (!node.is("Conv") || node.outputs.size() != 1 || node.inputs.size() != 3) return false;
    if (!all(node, "kernel_shape", 2, 3, true) || !all(node, "strides", 2, 1, true) ||
        !all(node, "dilations", 2, 1, true) || !all(node, "pads", 4, 1, false)) {
      return false;
    }
    if (const auto group = node.attributes.find("group");
        group != node.attributes.end() && group->second.number != 1) {
      return false;
    }
    if (const auto pad = node.attributes.find("auto_pad");
        pad != node.attributes.end() && pad->second.text != "NOTSET") {
      return false;
    }
    const OnnxTensor* weights = initializer(node, 1);
    const OnnxTensor* bias = initializer(node, 2);
    if (weights == nullptr || bias == nullptr || weights->type != onnx::kFloat || bias->type != onnx::kFloat)
      return false;
    const auto& dims = weights->dims;
    if (dims.size() != 4 || dims[2] != 3 || dims[3] != 3 || dims[0] < 1 || dims[1] < kChannelsMin ||
        dims[0] > 65536 || dims[1] > 65536) {
      return false;
    }
    if (weights->raw.size() != static_cast<std::size_t>(dims[0] * dims[1]) * 9 * sizeof(float) ||
        bias->raw.size() != static_cast<std::size_t>(dims[0]) * sizeof(float)) {
      return false;
    }
    const auto shape = graph_.shapes.find(node.outputs[0]);
    const bool known = shape != graph_.shapes.end() && shape->second.size() == 4 && shape->second[2] > 0 &&
                       shape->second[3] > 0;
    return known ? shape->second[2] * shape->second[3] >= kPixelsMin : dims[0] * dims[1] <= kWeightsMax;
  }

  const std::vector<const OnnxNode*>& users(std::string_view value) const {
    static const std::vector<const OnnxNode*> kNone;
    const auto found = users_.find(value);
    return found == users_.end() ? kNone : found->second;
  }

  const OnnxNode* only_relu_after(const OnnxNode& conv) const {
    const auto& after = users(conv.outputs[0]);
    return after.size() == 1 && after[0] != nullptr && after[0]->is("Relu") ? after[0] : nullptr;
  }

  // A join of two tensors' channels that only fast convolutions read.
  bool only_for_fast(const OnnxNode& node) const {
    if (!node.is("Concat") || node.inputs.size() != 2 || node.outputs.size() != 1) return false;
    const auto axis = node.attributes.find("axis");
    if (axis == node.attributes.end() || (axis->second.number != 1 && axis->second.number != -3))
      return false;
    for (const OnnxNode* user : users(node.outputs[0])) {
      if (user == nullptr || !fast_.contains(user) || user->inputs[0] != node.outputs[0]) return false;
    }
    return true;
  }

  bool is_needed(View tensor) const {
    std::string_view name;
    WireReader reader(tensor);
    while (const auto field = reader.next()) {
      if (field->number == onnx::kTensorName) name = as_text(field->block);
    }
    const auto& all_users = users(name);
    for (const OnnxNode* user : all_users) {
      if (user == nullptr || !fast_.contains(user)) return true;
    }
    return all_users.empty();  // Not ours to judge.
  }

  FastConv converted(const OnnxNode& node, bool relu) const {
    const OnnxTensor& weights = *initializer(node, 1);
    const OnnxTensor& bias = *initializer(node, 2);
    FastConv conv{.channels_in = static_cast<int>(weights.dims[1]),
                  .channels_out = static_cast<int>(weights.dims[0]),
                  .weights = {},
                  .bias = std::vector<float>(bias.raw.size() / sizeof(float)),
                  .relu = relu};
    std::memcpy(conv.bias.data(), bias.raw.data(), bias.raw.size());
    std::vector<float> plain(weights.raw.size() / sizeof(float));  // The file's may lie on any address.
    std::memcpy(plain.data(), weights.raw.data(), weights.raw.size());
    conv.weights = AlignedFloats(transformed_floats(conv.channels_out, conv.channels_in));
    transform_weights(plain.data(), conv.channels_out, conv.channels_in, conv.weights.data());
    return conv;
  }

  void write_node(const OnnxNode& node, WireWriter& writer, std::vector<FastConv>& convs) {
    if (left_out_.contains(&node)) return;
    if (!fast_.contains(&node)) {
      writer.raw(node.whole);
      return;
    }
    const auto relu = relus_.find(&node);
    convs.push_back(converted(node, relu != relus_.end()));
    const auto number = [&](const char* name, std::size_t value) {
      const std::size_t attribute = writer.begin(onnx::kNodeAttribute);
      writer.text(onnx::kAttributeName, name);
      writer.number(onnx::kAttributeInt, value);
      writer.number(onnx::kAttributeType, onnx::kAttributeTypeInt);
      writer.end(attribute);
    };
    const std::size_t begun = writer.begin(onnx::kGraphNode);
    const auto maker = makers_.find(node.inputs[0]);
    if (maker != makers_.end() && joins_.contains(maker->second)) {
      for (const std::string_view input : maker->second->inputs) writer.text(onnx::kNodeInput, input);
    } else {
      writer.text(onnx::kNodeInput, node.inputs[0]);
    }
    writer.text(onnx::kNodeOutput, relu != relus_.end() ? relu->second->outputs[0] : node.outputs[0]);
    writer.text(onnx::kNodeOperation, kFastConvName);
    writer.text(onnx::kNodeDomain, kFastConvDomain);
    number(kFastConvIndex, convs.size() - 1);
    number(kFastConvChannels, static_cast<std::size_t>(convs.back().channels_out));
    writer.end(begun);
  }

  const OnnxGraph& graph_;
  std::map<std::string_view, std::vector<const OnnxNode*>> users_;  // nullptr: the graph's output.
  std::map<std::string_view, const OnnxNode*> makers_;
  std::set<const OnnxNode*> fast_;
  std::map<const OnnxNode*, const OnnxNode*> relus_;  // The activation after a convolution.
  std::set<const OnnxNode*> joins_;
  std::set<const OnnxNode*> left_out_;
};

}  // namespace

std::optional<FastModel> take_out_convs(View model) {
  FastModel fast;
  WireWriter writer(model.size() + 4096);
  int graphs = 0;
  WireReader reader(model);
  while (const auto field = reader.next()) {
    if (field->number != onnx::kModelGraph || field->type != kBlock) {
      writer.raw(field->whole);
      continue;
    }
    const auto graph = read_graph(field->block);
    if (!graph || ++graphs > 1) return std::nullopt;
    Rewriter rewriter(*graph);
    if (!rewriter.choose()) return std::nullopt;
    const std::size_t begun = writer.begin(onnx::kModelGraph);
    rewriter.write(field->block, writer, fast.convs);
    writer.end(begun);
  }
  if (reader.broken() || graphs == 0) return std::nullopt;
  const std::size_t opset = writer.begin(onnx::kModelOpset);
  writer.text(onnx::kOpsetDomain, kFastConvDomain);
  writer.number(onnx::kOpsetVersion, 1);
  writer.end(opset);
  fast.model = writer.take();
  return fast;
}

}  // namespace cutroom::model_onnx
