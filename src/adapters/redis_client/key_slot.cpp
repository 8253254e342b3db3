#include "adapters/redis_client/key_slot.hpp"

#include <array>

namespace cutroom::redis_client {
namespace {

// CRC-16/XMODEM: polynomial 0x1021, from 0, not reflected (Redis Cluster Specification, appendix).
constexpr std::array<std::uint16_t, 256> crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}

constexpr auto kCrc = crc_table();

std::string_view hashed_part(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

bool has_a_count_of_keys(std::string_view command) {
  return command.starts_with("EVAL") || command.starts_with("FCALL");
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  unsigned crc = 0;
  for (const char c : hashed_part(key))
    crc = ((crc << 8) ^ kCrc[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xFFU]) & 0xFFFFU;
  return static_cast<std::uint16_t>(crc % kSlots);
}

std::optional<std::uint16_t> slot_of(std::span<const Words> commands) {
  for (const Words& words : commands) {
    if (words.size() < 2) continue;
    if (!has_a_count_of_keys(words[0])) return slot_of(words[1]);
    if (words.size() > 3 && words[2] != "0") return slot_of(words[3]);
  }
  return std::nullopt;
}

}  // namespace cutroom::redis_client
