// The presets of presets/*.toml, compiled in: the program is one file, and every installation has them.
#pragma once

#include <span>
#include <string_view>

namespace cutroom::app {

struct PresetText {
  std::string_view name;
  std::string_view toml;
};

// Defined in a file that is made while building.
std::span<const PresetText> presets_in_program();

}  // namespace cutroom::app
