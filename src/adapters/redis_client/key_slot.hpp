// Which of a cluster's 16,384 slots a key lies in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "adapters/redis_client/command_bytes.hpp"

namespace cutroom::redis_client {

constexpr std::size_t kSlots = 16'384;

// Of the part in the first {} where that is not empty, else of the whole key.
std::uint16_t slot_of(std::string_view key);

// Of the first command that has a key: its second word, or of EVAL and its kind the first key. nullopt: any
// node will do.
std::optional<std::uint16_t> slot_of(std::span<const Words> commands);

}  // namespace cutroom::redis_client
