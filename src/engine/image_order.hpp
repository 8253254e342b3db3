// What an image-processing order asks for, out of its JSON: {"operations": [{"type": "resize", ...}, ...]}.
// docs/image-operations.md has every operation with its fields.
#pragma once

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "imaging/image_operations.hpp"

namespace cutroom::engine {

// Checks the list as a whole. invalid_input names every problem at once, by field: operations[2].width.
Result<imaging::ImageOperations> image_order_from(const boost::json::object& work);

}  // namespace cutroom::engine
