// A secret that the program makes for itself and keeps over a restart.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace cutroom::app {

// Readable for the program's user alone. storage_failed.
Result<std::string> read_or_make_secret(const std::filesystem::path&);

}  // namespace cutroom::app
