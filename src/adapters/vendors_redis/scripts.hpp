// One script for each function of the port. All keys begin with <prefix>:{vendors}: and so are on one node of
// a cluster:
//
//   ids               sorted set, all scores 0: the vendors, in the order of their ids
//   vendor:<id>       hash: vendor_fields.hpp
//   key:<key id>      hash, whose key it is in its field `vendor`: so a key finds its vendor
//   keys:<vendor>     set: the ids of its keys
//   usage:<vendor>:<day>   hash, days since 1970
//   days:<vendor>     sorted set: the days with any usage, each its own score
//   changes           how often a vendor or a key was changed
//   changed           channel: whose vendor or key was changed
#pragma once

#include "adapters/redis_client/script.hpp"

namespace cutroom::vendors_redis {

struct Scripts {
  Scripts();
  redis_client::Script load;
  redis_client::Script find;
  redis_client::Script save;
  redis_client::Script remove;
  redis_client::Script add_key;
  redis_client::Script revoke_key;
  redis_client::Script note_key_use;
  redis_client::Script add_usage;
  redis_client::Script usage;
};
const Scripts& scripts();

}  // namespace cutroom::vendors_redis
