#include "adapters/vendors_redis/scripts.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cutroom::vendors_redis {
namespace {

// KEYS[1] is always the sorted set `ids`, ARGV[1] what all keys begin with.
constexpr const char* kCommon = R"lua(
local ids, at = KEYS[1], ARGV[1]
local function changed(vendor)
  redis.call('INCR', at .. 'changes')
  redis.call('PUBLISH', at .. 'changed', vendor)
end
local function exists(vendor) return redis.call('ZSCORE', ids, vendor) end
-- id, the vendor's fields, then the keys: id, fields, id, fields...
local function whole(vendor)
  local keys = {}
  for _, key in ipairs(redis.call('SMEMBERS', at .. 'keys:' .. vendor)) do
    keys[#keys + 1] = key
    keys[#keys + 1] = redis.call('HGETALL', at .. 'key:' .. key)
  end
  return {vendor, redis.call('HGETALL', at .. 'vendor:' .. vendor), keys}
end
)lua";

constexpr const char* kLoad = R"lua(
-- ARGV: ..., the vendor behind which to go on, or "", how many. Answers how many changes there have been, then vendors.
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local answer = {tonumber(redis.call('GET', at .. 'changes') or '0')}
for _, vendor in ipairs(redis.call('ZRANGEBYLEX', ids, from, '+', 'LIMIT', 0, ARGV[3])) do
  answer[#answer + 1] = whole(vendor)
end
return answer
)lua";

constexpr const char* kFind = R"lua(
-- ARGV: ..., vendor.
return exists(ARGV[2]) and whole(ARGV[2]) or {}
)lua";

constexpr const char* kSave = R"lua(
-- ARGV: ..., vendor, field, value, field, value...
local key = at .. 'vendor:' .. ARGV[2]
redis.call('DEL', key)
for i = 3, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', ids, 0, ARGV[2])
changed(ARGV[2])
)lua";

constexpr const char* kRemove = R"lua(
-- ARGV: ..., vendor. Answers 0: there is none.
local vendor = ARGV[2]
if redis.call('ZREM', ids, vendor) == 0 then return 0 end
for _, key in ipairs(redis.call('SMEMBERS', at .. 'keys:' .. vendor)) do redis.call('DEL', at .. 'key:' .. key) end
for _, day in ipairs(redis.call('ZRANGE', at .. 'days:' .. vendor, 0, -1)) do
  redis.call('DEL', at .. 'usage:' .. vendor .. ':' .. day)
end
redis.call('DEL', at .. 'vendor:' .. vendor, at .. 'keys:' .. vendor, at .. 'days:' .. vendor)
changed(vendor)
return 1
)lua";

constexpr const char* kAddKey = R"lua(
-- ARGV: ..., vendor, key id, field, value... Answers 0: no such vendor; -1: there is a key with this id.
local key = at .. 'key:' .. ARGV[3]
if not exists(ARGV[2]) then return 0 end
if redis.call('EXISTS', key) == 1 then return -1 end
for i = 4, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
redis.call('SADD', at .. 'keys:' .. ARGV[2], ARGV[3])
changed(ARGV[2])
return 1
)lua";

constexpr const char* kRevokeKey = R"lua(
-- ARGV: ..., vendor, key id, now. Answers 0: the vendor has no such key.
local key = at .. 'key:' .. ARGV[3]
if redis.call('HGET', key, 'vendor') ~= ARGV[2] then return 0 end
if redis.call('HSETNX', key, 'revoked_at', ARGV[4]) == 1 then changed(ARGV[2]) end
return 1
)lua";

constexpr const char* kNoteKeyUse = R"lua(
-- ARGV: ..., key id, day, key id, day...
for i = 2, #ARGV, 2 do
  local key = at .. 'key:' .. ARGV[i]
  if redis.call('EXISTS', key) == 1 then
    local known = tonumber(redis.call('HGET', key, 'last_used') or '')
    if not known or known < tonumber(ARGV[i + 1]) then redis.call('HSET', key, 'last_used', ARGV[i + 1]) end
  end
end
)lua";

constexpr const char* kAddUsage = R"lua(
-- ARGV: ..., then for each gain: vendor, day, queued, jobs, failed, images, megapixels, compute_ms.
local fields = {'queued', 'jobs', 'failed', 'images', 'megapixels', 'compute_ms'}
for i = 2, #ARGV, 8 do
  local vendor, day = ARGV[i], ARGV[i + 1]
  if exists(vendor) then
    local key = at .. 'usage:' .. vendor .. ':' .. day
    redis.call('ZADD', at .. 'days:' .. vendor, day, day)
    for f, field in ipairs(fields) do
      redis.call(field == 'megapixels' and 'HINCRBYFLOAT' or 'HINCRBY', key, field, ARGV[i + 1 + f])
    end
  end
end
)lua";

constexpr const char* kUsage = R"lua(
-- ARGV: ..., vendor, from, to. Answers for each day: its number and the six fields, one after the other.
local answer = {}
for _, day in ipairs(redis.call('ZRANGEBYSCORE', at .. 'days:' .. ARGV[2], ARGV[3], '(' .. ARGV[4])) do
  answer[#answer + 1] = day
  local values = redis.call('HMGET', at .. 'usage:' .. ARGV[2] .. ':' .. day, 'queued', 'jobs', 'failed', 'images',
                            'megapixels', 'compute_ms')
  for i = 1, 6 do answer[#answer + 1] = values[i] or '0' end
end
return answer
)lua";

redis_client::Script script(std::string name, std::string_view body) {
  std::string text(kCommon);
  text.append(body);
  return redis_client::make_script(std::move(name), std::move(text));
}

}  // namespace

Scripts::Scripts()
    : load(script("vendors.load", kLoad)),
      find(script("vendors.find", kFind)),
      save(script("vendors.save", kSave)),
      remove(script("vendors.remove", kRemove)),
      add_key(script("vendors.add_key", kAddKey)),
      revoke_key(script("vendors.revoke_key", kRevokeKey)),
      note_key_use(script("vendors.note_key_use", kNoteKeyUse)),
      add_usage(script("vendors.add_usage", kAddUsage)),
      usage(script("vendors.usage", kUsage)) {}

const Scripts& scripts() {
  static const Scripts all;
  return all;
}

}  // namespace cutroom::vendors_redis
