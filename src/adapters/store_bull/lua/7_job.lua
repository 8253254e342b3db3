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

-- The first of `count` numbers that nobody has had. save_numbers() makes it so.
local last_number, numbered = nil, {}
local function take_numbers(count, jobs)
  last_number = last_number or tonumber(call('GET', ROOT .. 'id') or 0)
  for _, job in ipairs(jobs) do
    if not numbered[job[1]] then
      numbered[job[1]] = true
      -- Bull's producers count there.
      last_number = max(last_number, tonumber(call('GET', PREFIX .. ':' .. job[1] .. ':id') or 0))
    end
  end
  last_number = last_number + count
  return last_number - count + 1
end
-- The same for one job of one queue.
local function take_number(name)
  if not last_number or not numbered[name] then return take_numbers(1, {{name}}) end
  last_number = last_number + 1
  return last_number
end
local function save_numbers()
  if not last_number then return end
  call('SET', ROOT .. 'id', int(last_number))
  for name in pairs(numbered) do call('SET', PREFIX .. ':' .. name .. ':id', int(last_number)) end
end

-- A job as most are: fresh, waits at once, of no priority, costs 1.
local function add_plain(q, id, number, vendor, data, opts, project, batch)
  local key, now = q.base .. id, NOW_TEXT
  if project == '' and not batch then
    call('HSET', key, 'name', '__default__', 'data', data, 'opts', opts, 'timestamp', now, 'delay', '0', 'priority', '0',
         'vendor', vendor)
  else
    call('HSET', key, 'name', '__default__', 'data', data, 'opts', opts, 'timestamp', now, 'delay', '0', 'priority', '0',
         'vendor', vendor, project ~= '' and 'project' or 'batch', project ~= '' and project or batch,
         batch and 'batch' or 'vendor', batch or vendor)
  end
  place(q, id, vendor, number, 0, false, true, id)
  call('PUBLISH', q.waiting_channel, id)
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
    ids[i] = id
    if delay == 0 and rank == 0 and job[7] == '1' and now == NOW then
      add_plain(q, id, first + i - 1, job[2], job[3], job[4], job[8], batch)
    else
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
      place(q, id, job[2], first + i - 1, rank, false, job[7] == '1' and job[5] == '0')
      call('PUBLISH', q.waiting_channel, id)
    end
    end
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
    place(q, id, job[1], tonumber(job[3] or id), tonumber(job[2] or 0), true, false)
  end
  call('PUBLISH', q.waiting_channel, id)
end

-- A lease as text: until (ms), token, 'c' where the job was cancelled or '-', and of the job what its end needs: its batch
-- or '-', processedOn, vendor.
local function lease_from(text)
  local till, token, mark, batch, started, vendor = string.match(text, '^(%S+) (%S+) (%S) (%S+) (%S+) (.*)$')
  return {till = tonumber(till), token = token, is_cancelled = mark == 'c', batch = batch ~= '-' and batch or nil,
          started = started, vendor = vendor}
end
local function lease_text(lease)
  return int(lease.till) .. ' ' .. lease.token .. (lease.is_cancelled and ' c ' or ' - ') .. (lease.batch or '-') .. ' ' ..
             lease.started .. ' ' .. lease.vendor
end
local function lease_of(q, id)
  local text = call('HGET', q.own .. 'leases', id)
  return text and lease_from(text)
end
local function save_lease(q, id, lease) call('HSET', q.own .. 'leases', id, lease_text(lease)) end

-- The queue that has the job.
local function queue_of(id)
  local name = queue_name_of(id)
  return name and queue_at(name)
end

-- One attempt as JSON: a row of bull-board's log page, and of ours.
local function attempt_row(started, ended_at, outcome, error_json, steps_json)
  return '{"startedAt":' .. (started or ended_at) .. ',"endedAt":' .. ended_at .. ',"outcome":"' .. outcome ..
             '","error":' .. error_json .. ',"steps":' .. (steps_json == '' and '""' or steps_json) .. '}'
end
local function log_attempt(q, id, ...)
  call('RPUSH', q.base .. id .. ':logs', attempt_row(...))
end

-- The active job's vendor has a place free again.
local function let_go(q, vendor)
  local vd = vendor_at(q, vendor)
  ended(q, vd)
  if vd.cap == 0 then return end
  fit(q, vd)
  if vd.n > 0 then told[q.name] = true end
end
-- The lease is over.
local function drop_lease(q, id, vendor)
  call('HDEL', q.own .. 'leases', id)
  call('DEL', q.base .. id .. ':lock')
  let_go(q, vendor)
end

-- The last thing that a script does: what it answers is made before, but for the queues that were told.
local function finish_step()
  save_numbers()
  return flush()
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
