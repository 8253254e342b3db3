-- What Bull's workers keep for each other beside the jobs: the limiter's count of jobs that were started, and metrics.

-- Jobs that may be started now where `most` may in the limiter's time.
local function room_in_limiter(q, most) return max(0, most - tonumber(call('GET', q.base .. 'limiter') or 0)) end

local function count_in_limiter(q, count, duration)
  if call('INCRBY', q.base .. 'limiter', count) == count then call('PEXPIRE', q.base .. 'limiter', duration) end
end

-- One of Bull's workers had put the job off; while it counts as such they put off all that come after it.
local function unlimit(q, id)
  local set = call('HGET', q.base .. 'limiter:index', id)
  if not set then return end
  call('SREM', set, id)
  call('HDEL', q.base .. 'limiter:index', id)
end

-- Bull's metrics: how many jobs have ended so each minute, the latest minute first, `points_max` of them at most.
local function meter(q, state, count, points_max)
  local key = q.base .. 'metrics:' .. state
  local before = call('HINCRBY', key, 'count', count) - count
  local known = call('HMGET', key, 'prevTS', 'prevCount')
  if not known[1] then
    call('HSET', key, 'prevTS', NOW_TEXT, 'prevCount', 0)
    return
  end
  local minutes = min(floor(NOW / 60000) - floor(known[1] / 60000), points_max)
  if minutes <= 0 then return end
  call('LPUSH', key .. ':data', before - known[2])
  for from = 2, minutes, 1000 do
    local zeros = {}
    for i = from, min(from + 999, minutes) do zeros[i - from + 1] = 0 end
    call('LPUSH', key .. ':data', unpack(zeros))
  end
  call('LTRIM', key .. ':data', 0, points_max - 1)
  call('HSET', key, 'prevCount', before, 'prevTS', NOW_TEXT)
end
