// Colours as people write them in a shell.
#pragma once

#include <optional>
#include <string_view>

#include "imaging/image.hpp"

namespace cutroom::app {

// "#rrggbb", "rrggbb", "r,g,b", "white", "black"; nullopt for anything else.
std::optional<imaging::Rgb> colour_from(std::string_view text);

}  // namespace cutroom::app
