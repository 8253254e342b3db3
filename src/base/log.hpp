// The log, for whoever handles an error (once) and for the few lines an operator wants to see.
#pragma once

#include <spdlog/spdlog.h>

namespace cutroom::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

}  // namespace cutroom::log
