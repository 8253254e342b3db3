#include "engine/vendor_presets.hpp"

#include <utility>

#include <boost/json.hpp>

#include "engine/face_preset_input.hpp"

namespace cutroom::engine {

namespace json = boost::json;

json::object own_presets(const vendors::Vendor& vendor) {
  if (vendor.face_presets_json == vendors::Vendor{}.face_presets_json) return {};
  boost::system::error_code failed;
  json::value all = json::parse(vendor.face_presets_json, failed);
  return !failed && all.is_object() ? std::move(all.get_object()) : json::object();
}

Result<void> put_preset(vendors::Vendor& vendor, const std::string& name, const json::object& preset) {
  if (const auto read = face_preset_from(name, preset); !read) return read.error();
  if (json::serialize(preset).size() > kOwnPresetBytesMax)
    return Error{.code = Errc::invalid_input,
                 .message = "A preset may have " + std::to_string(kOwnPresetBytesMax) + " bytes at most",
                 .fields = {{"preset", "has too many bytes"}}};
  json::object all = own_presets(vendor);
  if (!all.contains(name) && all.size() >= kOwnPresetsMax)
    return Error{.code = Errc::conflict,
                 .message = "The vendor has " + std::to_string(kOwnPresetsMax) +
                            " presets, which is the most; delete one first"};
  all[name] = preset;
  vendor.face_presets_json = json::serialize(all);
  return {};
}

Result<void> remove_preset(vendors::Vendor& vendor, const std::string& name) {
  json::object all = own_presets(vendor);
  if (all.erase(name) == 0)
    return Error{.code = Errc::not_found, .message = "The vendor has no such preset of its own"};
  vendor.face_presets_json = json::serialize(all);
  return {};
}

}  // namespace cutroom::engine
