#include "app/face_presets.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include <boost/json.hpp>
#include <toml++/toml.h>

#include "app/presets_in_program.hpp"
#include "engine/face_preset_input.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;
using imaging::FacePreset;

constexpr std::size_t kBytesMax = 64U << 10U;

Error broken(const std::string& name, const std::string& where, const std::string& problem) {
  return {.code = Errc::invalid_input,
          .message = "preset " + name + ": " + where + " " + problem,
          .fields = {{where, problem}}};
}

Result<std::string> text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content(kBytesMax + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.bad() || !in.is_open())
    return Error{.code = Errc::storage_failed, .message = "can't read " + path.string()};
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > kBytesMax) return broken(path.stem().string(), "file", "has more than 64 KiB");
  return content;
}

}  // namespace

Result<boost::json::object> preset_json_from(const std::string& name, std::string_view toml) {
  try {
    std::ostringstream text;
    text << toml::json_formatter{toml::parse(toml)};
    return std::move(boost::json::parse(text.str()).as_object());
  } catch (const toml::parse_error& error) {
    return broken(name, "line " + std::to_string(error.source().begin.line),
                  std::string(error.description()));
  }
}

Result<boost::json::object> read_preset_file(const fs::path& file) {
  const auto text = text_of(file);
  if (!text) return text.error();
  return preset_json_from(file.stem().string(), *text);
}

Result<FacePreset> face_preset_from(const std::string& name, std::string_view toml) {
  const auto fields = preset_json_from(name, toml);
  if (!fields) return fields.error();
  return engine::face_preset_from(name, *fields);
}

Result<imaging::FacePresets> read_face_presets(const fs::path& own_folder) {
  imaging::FacePresets presets;
  for (const PresetText& text : presets_in_program()) {
    auto preset = face_preset_from(std::string(text.name), text.toml);
    if (!preset) return preset.error();
    presets.put(std::move(*preset));
  }
  if (own_folder.empty()) return presets;

  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(own_folder, failed))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  if (failed)
    return Error{.code = Errc::not_found, .message = "There is no folder of presets " + own_folder.string()};
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto text = text_of(file);
    if (!text) return text.error();
    auto preset = face_preset_from(file.stem().string(), *text);
    if (!preset) return preset.error();
    presets.put(std::move(*preset));
  }
  return presets;
}

}  // namespace cutroom::app
