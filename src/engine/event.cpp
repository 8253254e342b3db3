#include "engine/event.hpp"

#include <algorithm>
#include <array>

namespace cutroom::engine {
namespace {

constexpr std::array<std::string_view, 8> kTypes{"queued", "active",  "progress", "completed",
                                                 "failed", "delayed", "removed",  "batch-completed"};

}  // namespace

std::string_view to_string(EventType type) { return kTypes.at(static_cast<std::size_t>(type)); }

std::optional<EventType> event_type_from(std::string_view word) {
  const auto at = std::ranges::find(kTypes, word);
  if (at == kTypes.end()) return std::nullopt;
  return static_cast<EventType>(at - kTypes.begin());
}

bool Topic::holds(const Event& event) const {
  switch (kind) {
    case Kind::job:
      return event.job == id;
    case Kind::batch:
      return event.batch == id;
    case Kind::vendor:
      return event.vendor == id;
    case Kind::all:
      return true;
  }
  return false;
}

}  // namespace cutroom::engine
