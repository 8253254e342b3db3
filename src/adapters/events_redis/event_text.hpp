// An event as it stands in the log, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event.hpp"

namespace cutroom::events_redis {

// Without its number, which is the log's business. One line.
std::string entry_of(const engine::Event&);
// A fresh start.
std::string fresh_start(std::uint32_t mark);

struct Entry {
  std::uint32_t mark = 0;
  // None: a fresh start, or what only a newer version can read; events may be missing for us either way.
  std::optional<engine::Event> event;
};
Entry entry_from(std::string_view text, std::uint64_t number);

// "<epoch>-<number>", the stream's id.
struct LogId {
  std::string epoch;
  std::uint64_t number = 0;
  bool operator==(const LogId&) const = default;
};
std::string to_string(const LogId&);
std::optional<LogId> log_id_from(std::string_view text);

// Never 0, and never the same for two events that could be taken for one another but by a chance of 1 to
// 2^32.
std::uint32_t random_mark();

}  // namespace cutroom::events_redis
