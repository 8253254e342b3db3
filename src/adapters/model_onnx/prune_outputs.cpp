#include "adapters/model_onnx/prune_outputs.hpp"

#include "adapters/model_onnx/onnx_fields.hpp"

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
    int output = 0;
    WireReader inner(field->block);
    while (const auto part = inner.next()) {
      if (part->number == onnx::kGraphOutput && part->type == kBlock && output++ != index) continue;
      writer.raw(part->whole);
    }
    writer.end(graph);
  }
  if (reader.broken() || graphs == 0) return std::nullopt;
  return writer.take();
}

}  // namespace cutroom::model_onnx
