-- fsck_mend: queue, then id and word of each finding. Afterwards the store's own keys are to be made anew: fsck_queue.
local name = ARGV[5]
local base = PREFIX .. ':' .. name .. ':'
local own = 'cutroom:' .. base
local q = call('EXISTS', own .. 'fair') == 1 and queue_at(name)
local list = base .. (call('EXISTS', base .. 'meta-paused') == 1 and 'paused' or 'wait')

local function vendor_named(vendor)
  local vd = vendor_at(q, vendor)
  vd.sorted = call('TYPE', vd.line).ok == 'zset'
  return vd
end

local function leave(id, place)
  if place == 'waiting' then
    call('LREM', base .. 'wait', 0, id)
    call('LREM', base .. 'paused', 0, id)
    call('ZREM', base .. 'priority', id)
    local job = call('HMGET', base .. id, 'vendor', 'seq')
    local seq = tonumber(job[2] or id)
    if q and seq then
      local vendor = job[1] or vendor_of_ghost(q, id, seq)
      if vendor then leave_line(vendor_named(vendor), id, seq) end
    end
  elseif place == 'active' then
    call('LREM', base .. 'active', 0, id)
    call('DEL', base .. id .. ':lock')
    call('HDEL', own .. 'leases', id)
    call('HDEL', own .. 'abroad', id)
  else
    call('ZREM', base .. place, id)
  end
end

local PLACES = {'active', 'completed', 'failed', 'delayed', 'waiting'}
local function is_in(id, place)
  if place == 'waiting' then
    local job = call('HMGET', base .. id, 'vendor', 'seq')
    local seq = tonumber(job[2] or id)
    return call('LPOS', base .. 'wait', id) or call('LPOS', base .. 'paused', id) or
               q and seq and job[1] and is_in_line(vendor_named(job[1]), id, seq)
  end
  if place == 'active' then return call('LPOS', base .. 'active', id) and call('EXISTS', base .. id .. ':lock') == 1 end
  return call('ZSCORE', base .. place, id)
end

local function wait_at_front(id)
  call('RPUSH', list, id)
  call('PUBLISH', base .. 'waiting@' .. TOKEN, id)
end

local mend = {}
function mend.ghost(id)
  for _, place in ipairs(PLACES) do leave(id, place) end
end
function mend.no_job(id)
  mend.ghost(id)
  call('DEL', base .. id, base .. id .. ':logs')
end
function mend.lost(id)
  local job = call('HMGET', base .. id, 'finishedOn', 'returnvalue')
  if job[1] then
    call('ZADD', base .. (job[2] and 'completed' or 'failed'), job[1], id)
  else
    wait_at_front(id)
  end
end
-- Whoever works on it has it; else it has ended rather than waits.
function mend.in_several_places(id)
  local kept = false
  for _, place in ipairs(PLACES) do
    if kept then leave(id, place) elseif is_in(id, place) then kept = true elseif place == 'active' then leave(id, place) end
  end
end
function mend.listed_twice(id)
  for _, one in ipairs({'wait', 'paused', 'active'}) do
    while #call('LPOS', base .. one, id, 'COUNT', 2) > 1 do call('LREM', base .. one, 1, id) end
  end
end
function mend.unlocked(id)
  call('LREM', base .. 'active', 0, id)
  wait_at_front(id)
end
function mend.stray_lock(id) call('DEL', base .. id .. ':lock') end
function mend.stray_lease(id) call('HDEL', own .. 'leases', id) end
function mend.stray_priority(id) call('ZREM', base .. 'priority', id) end
function mend.stray_log(id) call('DEL', base .. id .. ':logs') end
function mend.finished_on(id)
  local score = call('ZSCORE', base .. 'completed', id) or call('ZSCORE', base .. 'failed', id)
  if score then call('HSET', base .. id, 'finishedOn', score) else call('HDEL', base .. id, 'finishedOn') end
end

for i = 6, #ARGV, 2 do mend[ARGV[i + 1]](ARGV[i]) end
return 'OK'
