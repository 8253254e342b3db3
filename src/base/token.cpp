#include "base/token.hpp"

#include <cstdint>
#include <stdexcept>
#include <sys/random.h>
#include <vector>

namespace cutroom {

std::string random_token(std::size_t bytes) {
  std::vector<std::uint8_t> raw(bytes);
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t n = getrandom(raw.data() + filled, bytes - filled, 0);
    if (n < 0) throw std::runtime_error("getrandom failed");  // Can't happen after boot.
    filled += static_cast<std::size_t>(n);
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes * 2);
  for (const std::uint8_t byte : raw) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace cutroom
