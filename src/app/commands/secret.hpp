// Keys for the shell's commands: from a file or the environment, never from a flag, which everybody on the
// machine could read.
#pragma once

#include <string>

namespace cutroom::app {

// The first line of the file; where no file is named, the environment variable; empty where there is neither.
std::string secret_from(const std::string& file, const char* variable);

}  // namespace cutroom::app
