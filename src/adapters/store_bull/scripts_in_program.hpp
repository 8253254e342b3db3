// The Lua texts that are part of the program.
#pragma once

#include <span>
#include <string_view>

namespace cutroom::store_bull {

struct LuaText {
  std::string_view name;
  std::string_view text;
};

// What steps begin with, in their order: lua/[1-9]_<name>.lua. All of them but the one that has the name of
// another step, unless the step's first line is "-- parts: <name> <name>".
std::span<const LuaText> part_texts();
// lua/<name>.lua
std::span<const LuaText> step_texts();

}  // namespace cutroom::store_bull
