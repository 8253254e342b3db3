// The Lua texts that are part of the program.
#pragma once

#include <span>
#include <string_view>

namespace cutroom::store_bull {

struct StepText {
  std::string_view name;  // accept, claim, ...: lua/<name>.lua
  std::string_view text;
};

// What every step begins with: lua/[1-9]_*.lua, in their order.
std::string_view shared_text();
std::span<const StepText> step_texts();

}  // namespace cutroom::store_bull
