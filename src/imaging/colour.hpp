// Colours as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "imaging/image.hpp"

namespace cutroom::imaging {

// Straight alpha; 0 is transparent.
struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 0;
  bool operator==(const Rgba&) const = default;
};

// "#rrggbb", "#rrggbbaa", "r,g,b" with 0..255 each, or "transparent".
std::optional<Rgba> colour_from(std::string_view);
inline constexpr std::string_view kColourWords =
    R"("#rrggbb", "#rrggbbaa", "r,g,b" with 0 to 255 each, or "transparent")";

// "#rrggbb", with alpha where it isn't 255.
std::string to_string(const Rgba&);

}  // namespace cutroom::imaging
