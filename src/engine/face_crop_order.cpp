#include "engine/face_crop_order.hpp"

#include <boost/json.hpp>

#include "engine/face_preset_input.hpp"
#include "engine/field_reader.hpp"
#include "imaging/colour.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

void read_options(const json::object& options, FaceCropOptions& out, std::vector<FieldProblem>& problems) {
  FieldReader from(options, "options", problems);
  out.format = from.choice("format", "one of png, webp, jpeg, avif", imaging::format_from);
  out.quality = from.whole("quality", 1, 100).value_or(out.quality);
  out.background = from.opaque_colour("background");
  out.rules.allow_several = from.flag("allowSeveral").value_or(false);
  out.rules.allow_tilted = from.flag("allowTilted").value_or(false);
  out.rules.strict = from.flag("strict").value_or(false);
  // All kinds of orders have them; they are read before.
  for (const char* shared : {"priority", "delayMs", "webhookUrl", "durable"}) from.nested(shared);
  from.refuse_others();
}

bool is_missing(const json::value* value) {
  return !value || value->is_null() || (value->is_string() && value->get_string().empty());
}

std::string names_of(const KnownPresets& presets) {
  std::string names;
  for (const auto& [name, preset] : presets.own) names.append(name).append(", ");
  return names + presets.of_all.names();
}

// Where the mode is one of the vendor's own.
void take_own(const json::object& own, FaceCropOptions& out) {
  const json::value* given = own.if_contains(out.mode);
  if (!given || !given->is_object()) return;
  auto preset = face_preset_from(out.mode, given->get_object());
  if (!preset) return;  // Checked when it was put: kept by a version that knew other keys.
  out.own_preset = std::move(*preset);
  out.own_preset_json = json::object(given->get_object(), json::storage_ptr());
}

}  // namespace

FaceCropOptions read_face_crop(const json::value* mode, const json::object& options,
                               const KnownPresets& presets, std::vector<FieldProblem>& problems) {
  FaceCropOptions out;
  const imaging::FacePreset* preset = nullptr;
  if (mode && !mode->is_null() && !mode->is_string()) {
    problems.push_back({"mode", "must be a string, one of " + names_of(presets)});
  } else if (is_missing(mode)) {
    problems.push_back({"mode", "is required, one of " + names_of(presets)});
  } else {
    out.mode = std::string(mode->get_string());
    take_own(presets.own, out);
    preset = out.own_preset ? &*out.own_preset : presets.of_all.find(out.mode);
    if (!preset) problems.push_back({"mode", "is not known; there are " + names_of(presets)});
  }
  read_options(options, out, problems);
  if (preset && !preset->may_alter && out.background)
    problems.push_back(
        {"options.background", "is not possible with mode " + preset->name +
                                   ": its office refuses photos whose background was replaced"});
  return out;
}

Result<FaceCropOptions> face_crop_order_from(const json::object& work, const imaging::FacePresets& presets) {
  std::vector<FieldProblem> problems;
  json::object given;
  if (const json::value* options = work.if_contains("options"); options && !options->is_null()) {
    if (options->is_object())
      given = options->get_object();
    else
      problems.push_back({"options", "must be an object"});
  }
  json::object own;
  const json::value* mode = work.if_contains("mode");
  if (const json::value* preset = work.if_contains("preset"); preset && mode && mode->is_string())
    own[mode->get_string()] = *preset;
  const KnownPresets known{.of_all = presets, .own = own};
  FaceCropOptions out = read_face_crop(mode, given, known, problems);
  if (problems.empty()) return out;
  std::string message = problems.front().field + " " + problems.front().problem;
  return Error{.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems)};
}

json::object face_crop_order_of(const FaceCropOptions& from) {
  const FaceCropOptions defaults;
  json::object options;
  if (from.format) options["format"] = imaging::to_string(*from.format);
  if (from.quality != defaults.quality) options["quality"] = from.quality;
  if (const auto& colour = from.background)
    options["background"] = imaging::to_string({colour->r, colour->g, colour->b, 255});
  if (from.rules.allow_several) options["allowSeveral"] = true;
  if (from.rules.allow_tilted) options["allowTilted"] = true;
  if (from.rules.strict) options["strict"] = true;
  json::object work;
  work["mode"] = from.mode;
  if (from.own_preset) work["preset"] = from.own_preset_json;
  if (!options.empty()) work["options"] = std::move(options);
  return work;
}

}  // namespace cutroom::engine
