// Whether a model's file is the one its sidecar names.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::model_onnx {

std::string md5_hex(std::span<const std::uint8_t>);

// Checks the SHA-256 where the sidecar has one, else the MD5, else nothing. invalid_input: another file, or
// cut off.
Result<void> check_file(std::span<const std::uint8_t> file, const imaging::ModelSpec&);

}  // namespace cutroom::model_onnx
