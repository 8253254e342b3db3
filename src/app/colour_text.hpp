// Colours as people write them.
#pragma once

#include <optional>
#include <string_view>

#include "imaging/image.hpp"

namespace cutroom::app {

// "#rrggbb", "rrggbb", "white", "black"; nullopt for anything else.
std::optional<imaging::Rgb> colour_from(std::string_view text);

}  // namespace cutroom::app
