#pragma once

#include "adapters/redis_client/script.hpp"

namespace cutroom::limits_redis {

// vendors/sliding_window.hpp in Lua. Every call reads and writes a handful of list entries, whatever the
// length of the log, but for one that finds its limit changed.
const redis_client::Script& window_script();

}  // namespace cutroom::limits_redis
