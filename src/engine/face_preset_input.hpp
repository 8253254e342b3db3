// A preset of face crops from JSON that has the keys of presets/NAME.toml (docs/face-crop.md).
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::engine {

// invalid_input: `fields` has every key that is wrong, missing or unknown.
Result<imaging::FacePreset> face_preset_from(const std::string& name, const boost::json::object&);

}  // namespace cutroom::engine
