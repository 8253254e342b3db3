// Content addresses: SHA-256 in lower-case hex.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cutroom {

std::string sha256_hex(std::span<const std::uint8_t>);
std::string sha256_hex(std::string_view);

}  // namespace cutroom
