#include "adapters/model_onnx/widen_halves.hpp"

#include <bit>
#include <cstring>

#include "adapters/model_onnx/onnx_fields.hpp"

namespace cutroom::model_onnx {
namespace {

std::uint32_t widened(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0x1F) return sign | 0x7F80'0000U | fraction << 13;  // Infinite or not a number.
  if (exponent != 0) return sign | (exponent + 112) << 23 | fraction << 13;
  // Zero or below the smallest normal half: fraction * 2^-24, which a float holds exactly.
  return sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F);
}

// Halves and floats are both little-endian in the file and on every processor this runs on.
void widen_into(std::span<std::uint8_t> to, View halves) {
  for (std::size_t i = 0; i * 2 < halves.size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, halves.data() + i * 2, sizeof half);
    const std::uint32_t single = widened(half);
    std::memcpy(to.data() + i * 4, &single, sizeof single);
  }
}

class Widener {
 public:
  explicit Widener(std::size_t expected) : writer_(expected) {}

  bool model(View message) {
    return each(message, [this](const WireField& field) {
      if (field.number != onnx::kModelGraph) return copy(field);
      return nested(field, [this](const WireField& part) { return graph_part(part); });
    });
  }

  bool widened_any() const { return widened_any_; }
  Buffer take() { return writer_.take(); }

 private:
  template <class Visit>
  bool each(View message, Visit visit) {
    WireReader reader(message);
    while (const auto field = reader.next()) {
      if (!visit(*field)) return false;
    }
    return !reader.broken();
  }

  template <class Visit>
  bool nested(const WireField& field, Visit visit) {
    if (field.type != kBlock) return false;
    const std::size_t begun = writer_.begin(field.number);
    if (!each(field.block, visit)) return false;
    writer_.end(begun);
    return true;
  }

  bool copy(const WireField& field) {
    writer_.raw(field.whole);
    return true;
  }

  bool graph_part(const WireField& part) {
    switch (part.number) {
      case onnx::kGraphNode:
        return nested(part, [this](const WireField& f) { return node_part(f); });
      case onnx::kGraphInitializer:
        return tensor(part);
      case onnx::kGraphValueInfo:
        return value_info(part);
      case onnx::kGraphInput:
      case onnx::kGraphOutput:
        return !says_half(part.block) && copy(part);
      case onnx::kGraphSparseInitializer:
        return false;
      default:
        return copy(part);
    }
  }

  // The element type of a value that is a tensor.
  bool says_half(View value) {
    bool half = false;
    each(value, [&](const WireField& f) {
      return f.number != onnx::kValueType || each(f.block, [&](const WireField& t) {
               return t.number != onnx::kTypeTensor || each(t.block, [&](const WireField& e) {
                        if (e.number == onnx::kTensorTypeElement) half = e.value == onnx::kHalf;
                        return true;
                      });
             });
    });
    return half;
  }

  // Type and shape of an inner value.
  bool value_info(const WireField& field) {
    return nested(field, [this](const WireField& f) {
      if (f.number != onnx::kValueType) return copy(f);
      return nested(f, [this](const WireField& t) {
        if (t.number != onnx::kTypeTensor) return copy(t);
        return nested(t, [this](const WireField& e) {
          if (e.number != onnx::kTensorTypeElement || e.value != onnx::kHalf) return copy(e);
          writer_.number(onnx::kTensorTypeElement, onnx::kFloat);
          return true;
        });
      });
    });
  }

  bool node_part(const WireField& field) {
    if (field.number != onnx::kNodeAttribute) return copy(field);
    // "to" of Cast, "dtype" of the generators: a type as a number.
    std::string_view name;
    std::uint64_t type = 0;
    std::uint64_t number = 0;
    bool has_graph = false;
    each(field.block, [&](const WireField& f) {
      if (f.number == onnx::kAttributeName) name = as_text(f.block);
      if (f.number == onnx::kAttributeType) type = f.value;
      if (f.number == onnx::kAttributeInt) number = f.value;
      // Several tensors: no standard operator has them.
      has_graph = has_graph || f.number == onnx::kAttributeGraph || f.number == onnx::kAttributeGraphs ||
                  f.number == onnx::kAttributeTensors;
      return true;
    });
    if (has_graph) return false;
    const bool names_half =
        type == onnx::kAttributeTypeInt && number == onnx::kHalf && (name == "to" || name == "dtype");
    return nested(field, [&](const WireField& f) {
      if (f.number == onnx::kAttributeTensor) return tensor(f);
      if (f.number == onnx::kAttributeInt && names_half) {
        writer_.number(onnx::kAttributeInt, onnx::kFloat);
        return true;
      }
      return copy(f);
    });
  }

  bool tensor(const WireField& field) {
    std::uint64_t type = 0;
    bool raw = false;
    std::size_t raw_bytes = 0;
    const bool readable = each(field.block, [&](const WireField& f) {
      if (f.number == onnx::kTensorType) type = f.value;
      if (f.number == onnx::kTensorRaw) {
        raw = true;
        raw_bytes = f.block.size();
      }
      return true;
    });
    if (!readable) return false;
    if (type != onnx::kHalf) return copy(field);
    // Halves one by one in int32_data, or in another file: rare, left alone.
    if (!raw || raw_bytes % 2 != 0) return false;
    widened_any_ = true;
    return nested(field, [this](const WireField& f) {
      if (f.number == onnx::kTensorType) {
        writer_.number(onnx::kTensorType, onnx::kFloat);
        return true;
      }
      if (f.number != onnx::kTensorRaw) return copy(f);
      const std::size_t begun = writer_.begin(onnx::kTensorRaw);
      widen_into(writer_.room(f.block.size() * 2), f.block);
      writer_.end(begun);
      return true;
    });
  }

  WireWriter writer_;
  bool widened_any_ = false;
};

}  // namespace

std::optional<Buffer> widen_halves(View model) {
  // Written from start to end without moving: a second copy of the largest models would be hundreds of
  // megabytes.
  Widener widener(model.size() * 2 + 4096);
  if (!widener.model(model) || !widener.widened_any()) return std::nullopt;
  return widener.take();
}

}  // namespace cutroom::model_onnx
