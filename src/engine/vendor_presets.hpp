// A vendor's own presets of face crops, as they were put: JSON objects with the keys of presets/NAME.toml, by
// name. They come before those that all vendors have.
#pragma once

#include <cstddef>
#include <string>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::engine {

inline constexpr std::size_t kOwnPresetsMax = 50;
inline constexpr std::size_t kOwnPresetBytesMax = 4'096;  // As JSON: a copy goes with each job.

// Empty where the vendor has none.
boost::json::object own_presets(const vendors::Vendor&);

// One of the same name is replaced. invalid_input with `fields`; conflict: there are too many.
Result<void> put_preset(vendors::Vendor&, const std::string& name, const boost::json::object& preset);
// not_found.
Result<void> remove_preset(vendors::Vendor&, const std::string& name);

}  // namespace cutroom::engine
