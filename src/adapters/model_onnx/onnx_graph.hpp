// An ONNX graph as far as rewriting looks into it: views into the model's bytes, which must live as long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/model_onnx/onnx_wire.hpp"

namespace cutroom::model_onnx {

struct OnnxAttribute {
  std::int64_t number = 0;
  std::vector<std::int64_t> numbers;
  std::string_view text;
};

struct OnnxNode {
  View whole;  // As a field of the graph.
  std::string_view operation;
  std::string_view domain;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::map<std::string_view, OnnxAttribute> attributes;

  bool is(std::string_view standard_operation) const {
    return operation == standard_operation && domain.empty();
  }
};

struct OnnxTensor {
  std::vector<std::int64_t> dims;
  std::uint64_t type = 0;
  View raw;  // Empty where the values are stored in another way.
};

struct OnnxGraph {
  std::vector<OnnxNode> nodes;
  std::map<std::string_view, OnnxTensor> initializers;
  std::vector<std::string_view> outputs;
  // What the file says of inner values, inputs and outputs; -1 for a side that is left open.
  std::map<std::string_view, std::vector<std::int64_t>> shapes;
};

// nullopt: not understood, or with graphs inside nodes.
std::optional<OnnxGraph> read_graph(View graph);

}  // namespace cutroom::model_onnx
