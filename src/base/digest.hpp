// Content addresses and digests of secrets (SHA-256 in lower-case hex), and what signatures are made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cutroom {

std::string sha256_hex(std::span<const std::uint8_t>);
std::string sha256_hex(std::string_view);

// RFC 2104; 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
// RFC 4648: standard alphabet, padded.
std::string base64_of(std::string_view bytes);

// For secrets and their digests: how long it takes tells nothing of where they differ.
bool equal_in_constant_time(std::string_view, std::string_view);

}  // namespace cutroom
