// Unguessable tokens (lease tokens, worker names, asset links), from the kernel's random source.
#pragma once

#include <cstddef>
#include <string>

namespace cutroom {

// `bytes` random bytes as lower-case hex, two characters each.
std::string random_token(std::size_t bytes = 16);

}  // namespace cutroom
