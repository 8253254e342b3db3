-- Where a job is, without looking through lists.
local function state_of(q, id, finished_on)
  if call('HEXISTS', q.own .. 'leases', id) == 1 then return 'active' end
  if finished_on then
    if call('ZSCORE', q.base .. 'completed', id) then return 'completed' end
    if call('ZSCORE', q.base .. 'failed', id) then return 'failed' end
  end
  local due = call('ZSCORE', q.base .. 'delayed', id)
  if due then return 'delayed', floor(due / 4096) end
  -- Another program's worker may have popped it since somebody looked.
  if call('EXISTS', q.base .. id .. ':lock') == 1 then return 'active' end
  return q.is_paused and 'paused' or 'waiting'
end

local function view(q, id)
  local job = call('HGETALL', q.base .. id)
  local finished = false
  for i = 1, #job, 2 do finished = finished or job[i] == 'finishedOn' end
  local state, due = state_of(q, id, finished)
  return {id, q.name, state, due and int(due) or '', job}
end

-- The name of the queue that has the job.
local function queue_name_of(id)
  if not string.match(id, '^[%w][%w_.:-]*$') then return nil end
  for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
    -- Not of a hash where the id is the name of one of Bull's own keys.
    if redis.pcall('HEXISTS', PREFIX .. ':' .. name .. ':' .. id, 'data') == 1 then return name end
  end
end
