#include "adapters/events_redis/scripts.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cutroom::events_redis {
namespace {

// The last entry's epoch and number; begins a stream where there is none.
constexpr const char* kPlace = R"lua(
local function place(log, now, mark)
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  if not last then
    redis.call('XADD', log, now .. '-1', 'e', mark)
    return now, 1
  end
  local epoch, number = string.match(last[1], '^(%d+)-(%d+)$')
  return epoch, tonumber(number)
end
)lua";

// A publisher whose answer got lost sends the same again, so each entry has its number at its publisher, and
// what is in the log already is passed over.
constexpr const char* kPublish = R"lua(
-- KEYS: the log, the number up to which this publisher's entries are in it.
-- ARGV: now, a mark for a log that is begun, entries to remember, milliseconds after which all is forgotten,
-- channel, this publisher's number of the first entry, entries...
local epoch, number = place(KEYS[1], ARGV[1], ARGV[2])
local known = tonumber(redis.call('GET', KEYS[2]) or '0')
local mine = tonumber(ARGV[6])
local first = number + 1
local message = {}
for i = 7, #ARGV do
  if mine > known then
    number = number + 1
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], epoch .. '-' .. string.format('%.0f', number), 'e', ARGV[i])
    message[#message + 1] = ARGV[i]
  end
  mine = mine + 1
end
redis.call('SET', KEYS[2], string.format('%.0f', math.max(mine - 1, known)), 'PX', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if #message > 0 then
  redis.call('PUBLISH', ARGV[5], epoch .. '-' .. string.format('%.0f', first) .. '\n' .. table.concat(message, '\n'))
end
return #message
)lua";

constexpr const char* kRead = R"lua(
-- KEYS: the log. ARGV: now, a mark for a log that is begun, the id to read from on (itself too) or "-", how many.
-- Answers id and entry, one after the other.
place(KEYS[1], ARGV[1], ARGV[2])
local answer = {}
for _, one in ipairs(redis.call('XRANGE', KEYS[1], ARGV[3], '+', 'COUNT', ARGV[4])) do
  answer[#answer + 1] = one[1]
  answer[#answer + 1] = one[2][2]
end
return answer
)lua";

redis_client::Script with_place(std::string name, std::string_view body) {
  std::string text(kPlace);
  text.append(body);
  return redis_client::make_script(std::move(name), std::move(text));
}

}  // namespace

const redis_client::Script& publish_script() {
  static const redis_client::Script script = with_place("events.publish", kPublish);
  return script;
}

const redis_client::Script& read_script() {
  static const redis_client::Script script = with_place("events.read", kRead);
  return script;
}

}  // namespace cutroom::events_redis
