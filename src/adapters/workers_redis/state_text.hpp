// What a worker says, as it stands in Redis, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/worker_registry.hpp"

namespace cutroom::workers_redis {

std::string to_text(const engine::WorkerState&);
// nullopt: written by who knows whom.
std::optional<engine::WorkerState> state_from(std::string_view text);

}  // namespace cutroom::workers_redis
