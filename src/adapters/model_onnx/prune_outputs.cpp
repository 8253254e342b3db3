#include "adapters/model_onnx/prune_outputs.hpp"

#include <map>
#include <vector>

#include "adapters/model_onnx/onnx_fields.hpp"
#include "adapters/model_onnx/onnx_graph.hpp"

namespace cutroom::model_onnx {
namespace {

// nullopt: not a message.
std::optional<int> count_outputs(View graph) {
  int outputs = 0;
  WireReader reader(graph);
  while (const auto field = reader.next()) {
    if (field->number == onnx::kGraphOutput && field->type == kBlock) ++outputs;
  }
  if (reader.broken()) return std::nullopt;
  return outputs;
}

// The nodes on the way to the output, by their order in the graph, which need not be the order of
// computation: tools that convert to half precision put their casts at the end.
std::vector<bool> needed_nodes(const OnnxGraph& graph, std::string_view output) {
  std::map<std::string_view, std::size_t> makers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string_view made : graph.nodes[i].outputs) makers.emplace(made, i);
  }
  std::vector<bool> needed(graph.nodes.size(), false);
  std::vector<std::string_view> wanted{output};
  while (!wanted.empty()) {
    const auto maker = makers.find(wanted.back());
    wanted.pop_back();
    if (maker == makers.end() || needed[maker->second]) continue;
    needed[maker->second] = true;
    const auto& inputs = graph.nodes[maker->second].inputs;
    wanted.insert(wanted.end(), inputs.begin(), inputs.end());
  }
  return needed;
}

}  // namespace

std::optional<Buffer> prune_outputs(View model, int index) {
  WireWriter writer(model.size() + 16);
  int graphs = 0;
  WireReader reader(model);
  while (const auto field = reader.next()) {
    if (field->number != onnx::kModelGraph || field->type != kBlock) {
      writer.raw(field->whole);
      continue;
    }
    const auto outputs = count_outputs(field->block);
    // A message may come in pieces, which no writer of models does: left alone.
    if (!outputs || *outputs < 2 || index < 0 || index >= *outputs || ++graphs > 1) return std::nullopt;
    const std::size_t graph = writer.begin(onnx::kModelGraph);
    const auto parsed = read_graph(field->block);
    std::vector<bool> needed;
    if (parsed) needed = needed_nodes(*parsed, parsed->outputs.at(static_cast<std::size_t>(index)));
    std::size_t node = 0;
    int output = 0;
    WireReader inner(field->block);
    while (const auto part = inner.next()) {
      if (part->number == onnx::kGraphOutput && part->type == kBlock && output++ != index) continue;
      if (part->number == onnx::kGraphNode && parsed && !needed.at(node++)) continue;
      writer.raw(part->whole);
    }
    writer.end(graph);
  }
  if (reader.broken() || graphs == 0) return std::nullopt;
  return writer.take();
}

}  // namespace cutroom::model_onnx
