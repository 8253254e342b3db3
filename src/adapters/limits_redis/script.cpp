#include "adapters/limits_redis/script.hpp"

namespace cutroom::limits_redis {
namespace {

// A log is a list, oldest first, of "<till> <before> <count> <window>": `count` requests that count until
// `till`, with `before` requests of the log before them (so that the sum of any stretch is a subtraction),
// written while the window was `window`. Times in Unix milliseconds. It expires by itself a while after its
// last entry has stopped counting; the while is for processes whose clocks differ.
constexpr const char* kText = R"lua(
-- KEYS: one log for each charge.
-- ARGV: "take" or "peek", now, then for each log: requests, window, till when a request of now counts.
-- Answers for each log, one after the other: allowed (1 or 0), remaining, reset, retry after.
local take = ARGV[1] == 'take'
local now = tonumber(ARGV[2])
local SLACK = 60000

local function read(text)
  local till, before, count, window = string.match(text, '^(%d+) (%d+) (%d+) (%d+)$')
  return {till = tonumber(till), before = tonumber(before), count = tonumber(count), window = tonumber(window)}
end

local function written(entry)
  return string.format('%.0f %.0f %.0f %.0f', entry.till, entry.before, entry.count, entry.window)
end

local function at(key, index)
  local text = redis.call('LINDEX', key, index)
  return text and read(text)
end

local function keep(key, till)
  redis.call('PEXPIRE', key, string.format('%.0f', math.max(till - now, 0) + SLACK))
end

-- The limit was changed: what has passed counts on as if it had been written by the new one.
local function rewrite(key, window)
  local all = redis.call('LRANGE', key, 0, -1)
  redis.call('DEL', key)
  local last
  for _, text in ipairs(all) do
    last = read(text)
    last.till = last.till + window - last.window
    last.window = window
    redis.call('RPUSH', key, written(last))
  end
  keep(key, last.till)
  return last
end

local function look(i)
  local log = {key = KEYS[i], requests = tonumber(ARGV[3 * i]), window = tonumber(ARGV[3 * i + 1]),
               till = tonumber(ARGV[3 * i + 2]), counted = 0}
  log.last = at(log.key, -1)
  if log.last and log.last.window ~= log.window then log.last = rewrite(log.key, log.window) end
  log.first = log.last and at(log.key, 0)
  while log.first and log.first.till <= now do
    redis.call('LPOP', log.key)
    log.first = at(log.key, 0)
  end
  if not log.first then log.last = nil end
  if log.last then log.counted = log.last.before + log.last.count - log.first.before end
  return log
end

local function add_one(log)
  local last = log.last
  if last and last.till > log.till then log.till = last.till end
  if last and last.till == log.till then
    last.count = last.count + 1
    redis.call('LSET', log.key, -1, written(last))
  else
    log.last = {till = log.till, before = last and last.before + last.count or 0, count = 1, window = log.window}
    redis.call('RPUSH', log.key, written(log.last))
    log.first = log.first or log.last
  end
  log.counted = log.counted + 1
  keep(log.key, log.till)
end

-- When the first entry ends by which enough are gone. More than one must go where the limit was lowered.
local function free_at(log)
  local too_many = log.counted - log.requests + 1
  local from, to = 0, redis.call('LLEN', log.key) - 1
  while from < to do
    local middle = math.floor((from + to) / 2)
    local entry = at(log.key, middle)
    if entry.before + entry.count - log.first.before >= too_many then to = middle else from = middle + 1 end
  end
  return at(log.key, from).till
end

local logs, all_pass = {}, true
for i = 1, #KEYS do
  logs[i] = look(i)
  all_pass = all_pass and logs[i].counted < logs[i].requests
end

local answer = {}
for i, log in ipairs(logs) do
  local allowed = log.counted < log.requests
  local retry_after = allowed and 0 or free_at(log) - now
  if take and all_pass then add_one(log) end
  answer[#answer + 1] = allowed and 1 or 0
  answer[#answer + 1] = math.max(log.requests - log.counted, 0)
  answer[#answer + 1] = log.first and log.first.till - now or 0
  answer[#answer + 1] = retry_after
end
return answer
)lua";

}  // namespace

const redis_client::Script& window_script() {
  static const redis_client::Script script = redis_client::make_script("limits.window", kText);
  return script;
}

}  // namespace cutroom::limits_redis
