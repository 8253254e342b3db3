-- What every script begins with: the words it was given, and the state of queues and vendors, read when first
-- asked for and written back by flush().
--
-- Beside Bull's own keys (<prefix>:<queue>:...) the store keeps, under cutroom:<prefix>:<queue>: so that Bull's
-- own scans by pattern don't meet them:
--   fair           virtual time, totals, what was left in `wait` and whether others have been met there (msgpack)
--   vendor:<v>     tags, counts and share (msgpack)
--   line:<v>       list, or zset: all waiting jobs of the vendor (3_line.lua)
--   ready, capped  zsets: vendors by start tag, member = seq of their first job, 16 digits, then the name
--   held           set: vendors that have jobs but may not run any (paused, at a hard cap)
--   idle           zset: vendors that are kept for their finish tag alone
--   window         zset: the jobs that are in `wait`, score = the start tag foreseen, member = seq, then the id
--   feed           zset: vendors that have jobs for the window, by the start tag of the next one
--   leases         hash: job -> until, since, token, vendor  abroad  hash: jobs other programs took -> vendor
-- and for all queues under cutroom:<prefix>:: the keys id, queues, shares, once:*, batch:*. Where queues are spread over
-- a cluster's nodes each has these for itself, under its own tag, and an outbox: jobs that a step of its brings to
-- another queue, until somebody has taken them there (docs/decisions/0011).
--
-- Of a vendor: f finish tag, run jobs running where it has a cap, n jobs waiting, w cap hard paused its share, st standing,
-- tag and turn its place in the set of its standing, k jobs in the window, p start tag of the next one there, fed, fed_next
-- and fed_as its place in feed or false, plain whether all its waiting jobs cost 1, are fresh and of no priority, sorted
-- whether its line is a zset, head its first job as in turn.
--
-- A call into Redis costs about 1 us, a line of Lua a hundredth of it: hence what several jobs need is asked for and
-- written at once.
--
-- KEYS: what the queue's keys begin with, what those of all queues begin with.
-- ARGV: now (ms), prefix, token of this process, jobs in the window; then each script's own, from ARGV[5]. Where queues
-- are spread the fourth goes on: numbers of jobs are STRIDE apart, with PLACE as the rest, and after NUMBERED.
--
-- All this is either a library of functions, loaded once and called again and again, or in front of a script's text
-- (scripts.hpp): what a call changes is set anew by begin().
local fmt, sub, floor, max, min, call  -- Set by begin(): while a library is loaded there are none.
local RANK = 1099511627776  -- 2^40: more jobs than a queue ever sees, and times 1000 still exact in a double.
local OFF, READY, CAPPED, IDLE = 0, 1, 2, 3

local NOW, NOW_TEXT  -- Of the step that is under way.
local PREFIX, TOKEN, WINDOW, ROOT
local STRIDE, PLACE, NUMBERED
local TELLS_ALL  -- Whether every event is told: a cluster's nodes know of their own listeners only.
local queues  -- As this call has read them, their vendors in them.
local told  -- Queues where a job may have become claimable.
local last_number, numbered  -- The last id given, and the queues whose own count it is above.

local function begin(keys, words)
  fmt, sub, floor, max, min, call = string.format, string.sub, math.floor, math.max, math.min, redis.call
  KEYS, ARGV = keys, words
  NOW_TEXT, PREFIX, TOKEN, WINDOW = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
  NOW, ROOT, TELLS_ALL, STRIDE, PLACE, NUMBERED = tonumber(NOW_TEXT), KEYS[2], true, 1, 0, 0
  if not WINDOW then
    local numbers = string.gmatch(ARGV[4], '%d+')
    WINDOW, STRIDE, PLACE, NUMBERED = tonumber(numbers()), tonumber(numbers()), tonumber(numbers()), tonumber(numbers())
  end
  queues, told, last_number, numbered = {}, {}, nil, {}
end

-- A whole number as text. To print one takes Redis and Lua as long as a short command, so small ones are kept. Large ones
-- mostly come one after the other: what stands before the last three digits is printed once.
local int
do
  local small, last_digits, thousands, printed = {}, {}, -1, ''
  function int(x)
    local text = small[x]
    if text then return text end
    if x < 1000 or x % 1 ~= 0 then
      text = fmt('%.0f', x)
      if x >= 0 and x % 1 == 0 then small[x] = text end
      return text
    end
    local rest = x % 1000
    local digits = last_digits[rest]
    if not digits then
      digits = sub(1000 + rest, 2)
      last_digits[rest] = digits
    end
    if x - rest ~= thousands then thousands, printed = x - rest, fmt('%.0f', (x - rest) / 1000) end
    return printed .. digits
  end
end

-- A score, as text where it is the same again.
local score_of
do
  local last, text
  function score_of(x)
    if x ~= last then
      last, text = x, nil
      return x
    end
    text = text or fmt('%.17g', x)
    return text
  end
end

-- An empty list with room for what one call mostly has: one that grows is made anew each time it has twice as many.
local function roomy_list()
  return {nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil,
          nil, nil, nil, nil, nil, nil, nil, nil}
end
