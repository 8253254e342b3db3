// The store's steps, ready to be run: as functions of one library where the server keeps such, else as
// scripts.
#pragma once

#include "adapters/redis_client/script.hpp"

namespace cutroom::store_bull {

struct Scripts {
  Scripts();
  redis_client::Script steps, repeated, recover;
  redis_client::Script get, counts, list, batch;
  redis_client::Script cancel, promote, retry, remove, remove_waiting, prune, pause, share, arrange;
  redis_client::Script repeat, fsck_jobs, fsck_mend, fsck_queue, scan;
  redis_client::Script place, outbox, time;
};

// Made once; immutable.
const Scripts& scripts();

}  // namespace cutroom::store_bull
