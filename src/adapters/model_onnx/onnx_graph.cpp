#include "adapters/model_onnx/onnx_graph.hpp"

#include "adapters/model_onnx/onnx_fields.hpp"

namespace cutroom::model_onnx {
namespace {

// Calls `visit` with each field; false: broken, or `visit` said so.
template <class Visit>
bool each(View message, Visit visit) {
  WireReader reader(message);
  while (const auto field = reader.next()) {
    if (!visit(*field)) return false;
  }
  return !reader.broken();
}

// Repeated numbers come one by one or packed into a block.
bool add_numbers(const WireField& field, std::vector<std::int64_t>& to) {
  if (field.type == kNumber) {
    to.push_back(static_cast<std::int64_t>(field.value));
    return true;
  }
  if (field.type != kBlock) return false;
  View rest = field.block;
  while (!rest.empty()) {
    const auto number = read_varint(rest);
    if (!number) return false;
    to.push_back(static_cast<std::int64_t>(*number));
  }
  return true;
}

bool read_attribute(View message, OnnxNode& node) {
  std::string_view name;
  OnnxAttribute attribute;
  const bool read = each(message, [&](const WireField& f) {
    switch (f.number) {
      case onnx::kAttributeName:
        name = as_text(f.block);
        return true;
      case onnx::kAttributeInt:
        attribute.number = static_cast<std::int64_t>(f.value);
        return true;
      case onnx::kAttributeText:
        attribute.text = as_text(f.block);
        return true;
      case onnx::kAttributeInts:
        return add_numbers(f, attribute.numbers);
      case onnx::kAttributeGraph:
      case onnx::kAttributeGraphs:
        return false;
      default:
        return true;
    }
  });
  if (read) node.attributes.emplace(name, std::move(attribute));
  return read;
}

bool read_node(const WireField& field, OnnxGraph& graph) {
  OnnxNode node{.whole = field.whole};
  const bool read = each(field.block, [&](const WireField& f) {
    switch (f.number) {
      case onnx::kNodeInput:
        node.inputs.push_back(as_text(f.block));
        return true;
      case onnx::kNodeOutput:
        node.outputs.push_back(as_text(f.block));
        return true;
      case onnx::kNodeOperation:
        node.operation = as_text(f.block);
        return true;
      case onnx::kNodeDomain:
        node.domain = as_text(f.block);
        return true;
      case onnx::kNodeAttribute:
        return read_attribute(f.block, node);
      default:
        return true;
    }
  });
  if (read) graph.nodes.push_back(std::move(node));
  return read;
}

bool read_tensor(View message, OnnxGraph& graph) {
  std::string_view name;
  OnnxTensor tensor;
  const bool read = each(message, [&](const WireField& f) {
    switch (f.number) {
      case onnx::kTensorDims:
        return add_numbers(f, tensor.dims);
      case onnx::kTensorType:
        tensor.type = f.value;
        return true;
      case onnx::kTensorName:
        name = as_text(f.block);
        return true;
      case onnx::kTensorRaw:
        tensor.raw = f.block;
        return true;
      default:
        return true;
    }
  });
  if (read) graph.initializers.emplace(name, std::move(tensor));
  return read;
}

bool read_value(View message, OnnxGraph& graph, bool is_output) {
  std::string_view name;
  std::vector<std::int64_t> shape;
  const auto read_dim = [&](const WireField& dim) {
    std::int64_t side = -1;
    const bool read = each(dim.block, [&](const WireField& f) {
      if (f.number == onnx::kDimValue && f.type == kNumber) side = static_cast<std::int64_t>(f.value);
      return true;
    });
    shape.push_back(side);
    return read;
  };
  const bool read = each(message, [&](const WireField& f) {
    if (f.number == onnx::kValueName) name = as_text(f.block);
    return f.number != onnx::kValueType || each(f.block, [&](const WireField& type) {
             return type.number != onnx::kTypeTensor || each(type.block, [&](const WireField& part) {
                      return part.number != onnx::kTensorTypeShape || each(part.block, read_dim);
                    });
           });
  });
  if (!read) return false;
  graph.shapes.emplace(name, std::move(shape));
  if (is_output) graph.outputs.push_back(name);
  return true;
}

}  // namespace

std::optional<OnnxGraph> read_graph(View message) {
  OnnxGraph graph;
  const bool read = each(message, [&](const WireField& field) {
    switch (field.number) {
      case onnx::kGraphNode:
        return read_node(field, graph);
      case onnx::kGraphInitializer:
        return read_tensor(field.block, graph);
      case onnx::kGraphInput:
      case onnx::kGraphValueInfo:
        return read_value(field.block, graph, false);
      case onnx::kGraphOutput:
        return read_value(field.block, graph, true);
      default:
        return true;
    }
  });
  if (!read) return std::nullopt;
  return graph;
}

}  // namespace cutroom::model_onnx
