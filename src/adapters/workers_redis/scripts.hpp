// Keys: <prefix>:{workers}:ids, the set of all, and <prefix>:{workers}:worker:<id>, what each has said, as
// JSON; that expires when it is good no more, by Redis' own clock, so that a worker whose clock is wrong is
// no deader for it.
#pragma once

#include "adapters/redis_client/script.hpp"

namespace cutroom::workers_redis {

const redis_client::Script& say_script();
const redis_client::Script& leave_script();
const redis_client::Script& alive_script();

}  // namespace cutroom::workers_redis
