// What the program's exit status says; documented in `cutroom --help`.
#pragma once

namespace cutroom::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitSomeFailed = 1;     // Some photos could not be worked on.
inline constexpr int kExitUsage = 2;          // Wrong flags, settings or paths.
inline constexpr int kExitUnavailable = 3;    // Model, port, data folder or server can't be had.
inline constexpr int kExitInterrupted = 130;  // SIGINT, as shells count it.

}  // namespace cutroom::app
