// What a Redis server says of itself (INFO).
#pragma once

#include <string_view>

namespace cutroom::store_bull {

// Of a line "name:value" of INFO; empty where there is none.
std::string_view value_of(std::string_view info, std::string_view name);

// Of a version as INFO has it, "7.0.15"; one that can't be read is 0.0.
bool is_at_least(std::string_view version, int major, int minor);

}  // namespace cutroom::store_bull
