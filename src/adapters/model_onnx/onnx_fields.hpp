// The field numbers of ONNX's messages that are touched here (onnx.proto3).
#pragma once

#include <cstdint>

namespace cutroom::model_onnx::onnx {

inline constexpr std::uint32_t kModelGraph = 7;
inline constexpr std::uint32_t kModelOpset = 8;
inline constexpr std::uint32_t kOpsetDomain = 1;
inline constexpr std::uint32_t kOpsetVersion = 2;

inline constexpr std::uint32_t kGraphNode = 1;
inline constexpr std::uint32_t kGraphInitializer = 5;
inline constexpr std::uint32_t kGraphInput = 11;
inline constexpr std::uint32_t kGraphOutput = 12;
inline constexpr std::uint32_t kGraphValueInfo =
    13;  // Types and shapes of inner values: a hint, may be left out.
inline constexpr std::uint32_t kGraphSparseInitializer = 15;

inline constexpr std::uint32_t kNodeInput = 1;
inline constexpr std::uint32_t kNodeOutput = 2;
inline constexpr std::uint32_t kNodeName = 3;
inline constexpr std::uint32_t kNodeOperation = 4;
inline constexpr std::uint32_t kNodeAttribute = 5;
inline constexpr std::uint32_t kNodeDomain = 7;

inline constexpr std::uint32_t kAttributeName = 1;
inline constexpr std::uint32_t kAttributeInt = 3;
inline constexpr std::uint32_t kAttributeText = 4;
inline constexpr std::uint32_t kAttributeTensor = 5;
inline constexpr std::uint32_t kAttributeGraph = 6;
inline constexpr std::uint32_t kAttributeInts = 8;
inline constexpr std::uint32_t kAttributeTensors = 10;
inline constexpr std::uint32_t kAttributeGraphs = 11;
inline constexpr std::uint32_t kAttributeType = 20;
inline constexpr std::uint64_t kAttributeTypeInt = 2;

inline constexpr std::uint32_t kTensorDims = 1;
inline constexpr std::uint32_t kTensorType = 2;
inline constexpr std::uint32_t kTensorName = 8;
inline constexpr std::uint32_t kTensorRaw = 9;

inline constexpr std::uint32_t kValueName = 1;
inline constexpr std::uint32_t kValueType = 2;
inline constexpr std::uint32_t kTypeTensor = 1;
inline constexpr std::uint32_t kTensorTypeElement = 1;
inline constexpr std::uint32_t kTensorTypeShape = 2;
inline constexpr std::uint32_t kShapeDim = 1;
inline constexpr std::uint32_t kDimValue = 1;

inline constexpr std::uint64_t kFloat = 1;
inline constexpr std::uint64_t kHalf = 10;

}  // namespace cutroom::model_onnx::onnx
