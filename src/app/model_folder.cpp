#include "app/model_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "adapters/model_onnx/sidecar.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> find_in(const std::vector<fs::path>& folders, const std::string& file) {
  std::error_code ignored;
  for (const fs::path& folder : folders)
    if (fs::is_regular_file(folder / file, ignored)) return folder / file;
  return std::nullopt;
}

std::string list_of(const std::vector<fs::path>& folders) {
  std::string text;
  for (const fs::path& folder : folders) text += (text.empty() ? "" : ", ") + folder.string();
  return text;
}

std::string known_names(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<fs::path> model_folders(const Settings& settings) {
  if (!settings.models_dirs.empty()) return {settings.models_dirs.begin(), settings.models_dirs.end()};
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> folders;
  // Installed as bin/cutroom; or built as build/PRESET/cutroom in a checkout.
  for (const fs::path& folder :
       {program / "../share/cutroom/models", program / "../../models", program / "../../.deps/models"})
    if (fs::is_directory(folder, ignored)) folders.push_back(fs::weakly_canonical(folder, ignored));
  return folders;
}

Result<FoundModel> find_model(const std::string& name, const std::vector<fs::path>& folders) {
  const bool plain = !name.empty() && name.find('/') == std::string::npos && name.front() != '.';
  const auto sidecar = plain ? find_in(folders, name + ".toml") : std::nullopt;
  if (!sidecar)
    return Error{.code = Errc::not_found,
                 .message = "There is no model '" + name + "' in " + list_of(folders) +
                            "; known: " + known_names(folders)};
  auto spec = model_onnx::read_sidecar(*sidecar);
  if (!spec) return spec.error();
  if (spec->task != imaging::Task::segment)
    return Error{.code = Errc::invalid_input,
                 .message = "The model '" + name + "' finds faces; it can't remove backgrounds"};
  auto file = find_in(folders, spec->file);
  if (!file)
    return Error{.code = Errc::not_found,
                 .message = "The model '" + name + "' needs the file " + spec->file + ", which is not in " +
                            list_of(folders) + "; it comes from " + spec->source +
                            " (in a checkout, './dev setup' gets isnet-imgly-medium)"};
  return FoundModel{.spec = std::move(*spec), .file = std::move(*file)};
}

}  // namespace cutroom::app
