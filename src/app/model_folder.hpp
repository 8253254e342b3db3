// Finds a model by its name: sidecar NAME.toml and the ONNX file that it names, each in the first folder of
// the list that has it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "base/error.hpp"
#include "imaging/model_spec.hpp"

namespace cutroom::app {

struct FoundModel {
  imaging::ModelSpec spec;
  std::filesystem::path file;
};

// The configured folders, or those beside the program: the checkout's or the installed share/cutroom/models.
std::vector<std::filesystem::path> model_folders(const Settings&);

// not_found names what is missing, where it was looked for, and how to get it.
Result<FoundModel> find_model(const std::string& name, const std::vector<std::filesystem::path>& folders);

}  // namespace cutroom::app
