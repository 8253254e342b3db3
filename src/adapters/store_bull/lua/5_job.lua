-- Jobs: handing them in, letting them go, telling Bull's listeners.

-- As they come in ARGV, NEW_JOB words each: queue, vendor, data, opts, Bull's priority, rank, cost, project, delay.
local NEW_JOB = 9
local function new_jobs_from(at, count)
  local jobs = {}
  for i = 1, count do
    jobs[i] = {}
    for word = 1, NEW_JOB do jobs[i][word] = ARGV[at + (i - 1) * NEW_JOB + word - 1] end
  end
  return jobs
end

-- The first of `count` numbers that nobody has had.
local function take_numbers(count, jobs)
  local last, of_queues = tonumber(call('GET', ROOT .. 'id') or 0), {}
  for _, job in ipairs(jobs) do of_queues[job[1]] = true end
  for name in pairs(of_queues) do
    last = max(last, tonumber(call('GET', PREFIX .. ':' .. name .. ':id') or 0))
  end
  call('SET', ROOT .. 'id', int(last + count))
  for name in pairs(of_queues) do call('SET', PREFIX .. ':' .. name .. ':id', int(last + count)) end
  return last + 1
end

local function batch_add(batch, ...)
  if not batch then return end
  local words = {...}
  for i = 1, #words, 2 do call('HINCRBY', ROOT .. 'batch:' .. batch, words[i], words[i + 1]) end
end

local function add_jobs(jobs, first, batch, now)
  local ids = {}
  for i, job in ipairs(jobs) do
    local q = queue_at(job[1])
    local id, delay, rank = int(first + i - 1), tonumber(job[9]), tonumber(job[6])
    local fields = {'name', '__default__', 'data', job[3], 'opts', job[4], 'timestamp', int(now), 'delay', job[9],
                    'priority', job[5], 'vendor', job[2]}
    if rank ~= 0 then fields[#fields + 1], fields[#fields + 2] = 'rank', job[6] end
    if job[7] ~= '1' then fields[#fields + 1], fields[#fields + 2] = 'cost', job[7] end
    if job[8] ~= '' then fields[#fields + 1], fields[#fields + 2] = 'project', job[8] end
    if batch then fields[#fields + 1], fields[#fields + 2] = 'batch', batch end
    call('HSET', q.base .. id, unpack(fields))
    if delay > 0 then
      call('ZADD', q.base .. 'delayed', int((now + delay) * 4096 + (first + i - 1) % 4096), id)
      call('PUBLISH', q.base .. 'delayed', int(now + delay))
      batch_add(batch, 'delayed', 1)
      told[q.name] = true
    else
      place(q, id, job[2], first + i - 1, rank, false)
      call('PUBLISH', q.base .. 'waiting@' .. TOKEN, id)
    end
    ids[i] = id
  end
  return ids
end

-- Follow-ups of a step.
local function add_more(jobs, now)
  if #jobs > 0 then add_jobs(jobs, take_numbers(#jobs, jobs), nil, now) end
end

-- The batch's id where this was its last open job.
local function close_if_done(batch, now)
  local key = ROOT .. 'batch:' .. batch
  local b = call('HMGET', key, 'total', 'completed', 'failed', 'removed', 'done', 'after')
  if b[5] or b[2] + b[3] + b[4] < tonumber(b[1]) then return '' end
  call('HSET', key, 'done', int(now))
  if b[6] then
    local job = cmsgpack.unpack(b[6])
    job[3] = string.gsub(job[3], '{batch}', batch)
    add_more({job}, now)
  end
  return batch
end

local function count_ended(batch, state, now)
  if not batch then return '' end
  batch_add(batch, state, 1)
  return close_if_done(batch, now)
end

local function publish_ended(q, state, id, text)
  call('PUBLISH', q.base .. state, '{"jobId":' .. cjson.encode(id) .. ',"val":' .. cjson.encode(text) .. '}')
end

-- Ends it for good: failed with `text` as the reason, completed with it as the result.
local function finish(q, id, state, text, now)
  call('ZADD', q.base .. state, int(now), id)
  call('HSET', q.base .. id, 'finishedOn', int(now), state == 'completed' and 'returnvalue' or 'failedReason', text)
  publish_ended(q, state, id, text)
end

-- A delayed job waits.
local function wait_again(q, id)
  local job = call('HMGET', q.base .. id, 'vendor', 'rank', 'seq', 'processedOn', 'data', 'batch')
  if not job[1] then
    -- Another program's: it gets its vendor and place as if it had been pushed.
    if call('EXISTS', q.base .. id) == 0 then return end
    call('HSET', q.base .. id, 'delay', 0)
    take_in(q, id)
  else
    call('HSET', q.base .. id, 'delay', 0)
    batch_add(job[6], 'delayed', -1)
    place(q, id, job[1], tonumber(job[3] or id), tonumber(job[2] or 0), true)
  end
  call('PUBLISH', q.base .. 'waiting@' .. TOKEN, id)
end

local function lease_of(q, id)
  local packed = call('HGET', q.own .. 'leases', id)
  if packed then return cmsgpack.unpack(packed) end
end

-- Where a job is, without looking through lists.
local function state_of(q, id, finished_on, vendor)
  if call('HEXISTS', q.own .. 'leases', id) == 1 then return 'active' end
  if finished_on then
    if call('ZSCORE', q.base .. 'completed', id) then return 'completed' end
    if call('ZSCORE', q.base .. 'failed', id) then return 'failed' end
  end
  local due = call('ZSCORE', q.base .. 'delayed', id)
  if due then return 'delayed', floor(due / 4096) end
  if vendor and call('ZSCORE', q.own .. 'line:' .. vendor, id) then return q.is_paused and 'paused' or 'waiting' end
  if call('EXISTS', q.base .. id .. ':lock') == 1 then return 'active' end
  return q.is_paused and 'paused' or 'waiting'
end

-- The queue that has the job.
local function queue_of(id)
  if not string.match(id, '^[%w][%w_.:-]*$') then return nil end
  for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
    -- Not of a hash where the id is the name of one of Bull's own keys.
    if redis.pcall('HEXISTS', PREFIX .. ':' .. name .. ':' .. id, 'data') == 1 then return queue_at(name) end
  end
end

local function view(q, id)
  local job = call('HGETALL', q.base .. id)
  local finished, vendor
  for i = 1, #job, 2 do
    if job[i] == 'finishedOn' then finished = true elseif job[i] == 'vendor' then vendor = job[i + 1] end
  end
  local state, due = state_of(q, id, finished, vendor)
  return {id, q.name, state, due and int(due) or '', job}
end

-- One row of bull-board's log page, and of ours.
local function log_attempt(q, id, started, ended_at, outcome, error_json, steps_json)
  call('RPUSH', q.base .. id .. ':logs',
       '{"startedAt":' .. (started or int(ended_at)) .. ',"endedAt":' .. int(ended_at) .. ',"outcome":"' .. outcome ..
           '","error":' .. error_json .. ',"steps":' .. (steps_json == '' and '""' or steps_json) .. '}')
end

-- The active job's vendor has a place free again.
local function let_go(q, id, vendor)
  call('HDEL', q.own .. 'leases', id)
  call('DEL', q.base .. id .. ':lock')
  local vd = vendor_at(q, vendor)
  ended(q, vd)
  fit(q, vd)
  if vd.cap > 0 and vd.n > 0 then told[q.name] = true end
end

-- Forgets a job that is not active.
local function forget(q, id, job, state)
  if state == 'delayed' then
    call('ZREM', q.base .. 'delayed', id)
    batch_add(job.batch, 'delayed', -1)
    told[q.name] = true
  elseif state == 'completed' or state == 'failed' then
    call('ZREM', q.base .. state, id)
  elseif not (job.vendor and withdraw(q, id, job.vendor)) then
    call('LREM', q.list, 0, id)
  end
  call('DEL', q.base .. id, q.base .. id .. ':logs')
  if job.deid and call('GET', q.base .. 'de:' .. job.deid) == id then call('DEL', q.base .. 'de:' .. job.deid) end
end

local function job_at(q, id)
  local flat, job = call('HGETALL', q.base .. id), {}
  for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  return job
end

-- Calls that are done once.
local function once_key(scope, key) return ROOT .. 'once:' .. scope .. ':' .. key end

-- What the call with this key was answered, where it was made no longer than `kept` ms ago.
local function answered_before(scope, key, fingerprint, kept)
  local packed = call('GET', once_key(scope, key))
  if not packed then return nil end
  local known = cmsgpack.unpack(packed)
  if known[2] + kept <= NOW then return nil end
  if known[1] ~= fingerprint then return {'conflict'} end
  return {'repeated', known[3], known[4], known[5], {}}
end
