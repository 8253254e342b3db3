#include "adapters/workers_redis/scripts.hpp"

namespace cutroom::workers_redis {
namespace {

constexpr const char* kSay = R"lua(
-- KEYS: the set, the worker's key. ARGV: id, what it says, milliseconds for which that is good.
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[1], ARGV[1])
)lua";

constexpr const char* kLeave = R"lua(
-- KEYS: the set, the worker's key. ARGV: id.
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[1], ARGV[1])
)lua";

constexpr const char* kAlive = R"lua(
-- KEYS: the set. ARGV: what the workers' keys begin with.
local said = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local one = redis.call('GET', ARGV[1] .. id)
  if one then said[#said + 1] = one else redis.call('SREM', KEYS[1], id) end
end
return said
)lua";

}  // namespace

const redis_client::Script& say_script() {
  static const redis_client::Script script = redis_client::make_script("workers.say", kSay);
  return script;
}

const redis_client::Script& leave_script() {
  static const redis_client::Script script = redis_client::make_script("workers.leave", kLeave);
  return script;
}

const redis_client::Script& alive_script() {
  static const redis_client::Script script = redis_client::make_script("workers.alive", kAlive);
  return script;
}

}  // namespace cutroom::workers_redis
