// The operations of an image order one by one, from the words of the API.
#pragma once

#include <optional>
#include <string_view>

#include "engine/field_reader.hpp"
#include "imaging/image_operations.hpp"

namespace cutroom::engine {

// nullopt: `type` is not the name of a step. Problems are added to the reader's.
std::optional<imaging::AnyStep> read_image_step(std::string_view type, FieldReader&);

// "resize, crop, ..."
std::string_view image_step_names();

// The fields of a resize, which a thumbnail has too.
imaging::Resize read_resize(FieldReader&);

}  // namespace cutroom::engine
