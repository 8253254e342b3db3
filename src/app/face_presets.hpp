// Reads the presets of face crops: those in the program, and a user's own in a folder (docs/face-crop.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::app {

// One file's text as JSON with the same keys, unchecked. invalid_input: it is not TOML.
Result<boost::json::object> preset_json_from(const std::string& name, std::string_view toml);
// Of a file. storage_failed too.
Result<boost::json::object> read_preset_file(const std::filesystem::path&);

// One file's text. invalid_input: `fields` has every key that is wrong, missing or unknown.
Result<imaging::FacePreset> face_preset_from(const std::string& name, std::string_view toml);

// All in the program, then NAME.toml of `own_folder`, where one of the same name replaces the program's.
// Empty: there is no such folder.
Result<imaging::FacePresets> read_face_presets(const std::filesystem::path& own_folder);

}  // namespace cutroom::app
