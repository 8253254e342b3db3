// A face crop's own fields as the JSON of an order: {"mode": "passport", "options": {...}} of its
// `work`, with "preset": {...} where the mode is the vendor's own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/error.hpp"
#include "imaging/face_plan.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::engine {

struct FaceCropOptions {
  std::string mode;                        // A preset's name.
  std::optional<imaging::Format> format;   // nullopt: the preset's.
  int quality = 95;                        // jpeg, webp; less where the preset limits the bytes.
  std::optional<imaging::Rgb> background;  // Replaces what is behind the person.
  imaging::FaceRules rules{};
  // Of the vendor's own: it goes with the order, so that the job is done as it was asked for, whatever
  // becomes of the vendor's presets meanwhile.
  std::optional<imaging::FacePreset> own_preset{};
  boost::json::object own_preset_json{};
};

inline constexpr std::array<std::string_view, 6> kFaceCropOptionNames{
    "format", "quality", "background", "allowSeveral", "allowTilted", "strict"};

// What a mode may be.
struct KnownPresets {
  const imaging::FacePresets& of_all;
  const boost::json::object& own;  // The vendor's (engine/vendor_presets.hpp), which come first.
};

// `mode` nullptr: there is none. What is wrong is added to `problems`, by the field's name in a request.
FaceCropOptions read_face_crop(const boost::json::value* mode, const boost::json::object& options,
                               const KnownPresets&, std::vector<FieldProblem>& problems);

// An order's work, wholly checked. invalid_input with `fields`.
Result<FaceCropOptions> face_crop_order_from(const boost::json::object& work, const imaging::FacePresets&);

// What an order's work holds with these options: only what differs from the default.
boost::json::object face_crop_order_of(const FaceCropOptions&);

}  // namespace cutroom::engine
