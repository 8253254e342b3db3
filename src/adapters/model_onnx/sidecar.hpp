// Reads models/NAME.toml (docs/models.md).
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::model_onnx {

// The model's name is the file's, without ".toml". not_found: no such file. invalid_input: `fields` has every
// key that is wrong, missing or unknown, with its value and what is allowed.
Result<imaging::ModelSpec> read_sidecar(const std::filesystem::path&);

}  // namespace cutroom::model_onnx
