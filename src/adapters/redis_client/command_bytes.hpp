// A command as Redis reads it.
#pragma once

#include <string>
#include <vector>

namespace cutroom::redis_client {

using Words = std::vector<std::string>;

void append_command(std::string& bytes, const Words&);

}  // namespace cutroom::redis_client
