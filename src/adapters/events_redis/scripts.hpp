// The log of events in Redis: one stream, whose ids are "<epoch>-<number>". Numbers have no gaps; a stream
// that had to be begun anew, since there was none any more, has another epoch: the Unix milliseconds of that
// moment.
//
// An entry is "<mark> <event as JSON>", or "<mark>" alone: a fresh start, before which events may be missing.
#pragma once

#include "adapters/redis_client/script.hpp"

namespace cutroom::events_redis {

const redis_client::Script& publish_script();
const redis_client::Script& read_script();

}  // namespace cutroom::events_redis
