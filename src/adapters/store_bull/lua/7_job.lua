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
-- They are STRIDE apart.
local function take_numbers(count, jobs)
  last_number = last_number or tonumber(call('GET', ROOT .. 'id') or 0)
  for _, job in ipairs(jobs) do
    if not numbered[job[1]] then
      numbered[job[1]] = true
      -- Bull's producers count there.
      local counted = tonumber(call('GET', PREFIX .. ':' .. job[1] .. ':id') or 0)
      if STRIDE > 1 and counted > last_number then call('SET', ROOT .. 'counted', 1) end
      last_number = max(last_number, counted)
    end
  end
  last_number = max(last_number, NUMBERED)
  local first = last_number + (PLACE - last_number - 1) % STRIDE + 1
  last_number = first + (count - 1) * STRIDE
  return first
end
-- The same for one job of one queue.
local function take_number(name)
  if not last_number or not numbered[name] then return take_numbers(1, {{name}}) end
  last_number = last_number + STRIDE
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
  if not follow(q, vendor_at(q, vendor), id) then place(q, id, vendor, number, 0, false, true) end
end

local function add_jobs(jobs, first, batch, now)
  local ids = {}
  for i, job in ipairs(jobs) do
    local q = queue_at(job[1])
    local number, delay, rank = first + (i - 1) * STRIDE, tonumber(job[9]), tonumber(job[6])
    local id = int(number)
    ids[i] = id
    if delay == 0 and rank == 0 and job[7] == '1' and now == NOW then
      add_plain(q, id, number, job[2], job[3], job[4], job[8], batch)
      tell_waiting(q, id)
    else
    local fields = {'name', '__default__', 'data', job[3], 'opts', job[4], 'timestamp', int(now), 'delay', job[9],
                    'priority', job[5], 'vendor', job[2]}
    if rank ~= 0 then fields[#fields + 1], fields[#fields + 2] = 'rank', job[6] end
    if job[7] ~= '1' then fields[#fields + 1], fields[#fields + 2] = 'cost', job[7] end
    if job[8] ~= '' then fields[#fields + 1], fields[#fields + 2] = 'project', job[8] end
    if batch then fields[#fields + 1], fields[#fields + 2] = 'batch', batch end
    call('HSET', q.base .. id, unpack(fields))
    if delay > 0 then
      call('ZADD', q.base .. 'delayed', int((now + delay) * 4096 + number % 4096), id)
      call('PUBLISH', q.base .. 'delayed', int(now + delay))
      batch_add(batch, 'delayed', 1)
      told[q.name] = true
    else
      place(q, id, job[2], number, rank, false, job[7] == '1' and job[5] == '0')
      tell_waiting(q, id)
    end
    end
  end
  return ids
end

-- A job for a queue whose keys are elsewhere: it is kept here until somebody has brought it there. Its name is no other's,
-- also where Redis has forgotten its last steps.
local function send(job, now)
  local number = call('INCR', ROOT .. 'outbox:id')
  call('ZADD', ROOT .. 'outbox', number, cmsgpack.pack({number .. ':' .. NOW_TEXT .. ':' .. TOKEN, int(now), unpack(job)}))
  told['>'] = true
end

-- Follow-ups of a step.
local function add_more(jobs, now)
  local here = {}
  for _, job in ipairs(jobs) do
    if STRIDE == 1 or PREFIX .. ':' .. job[1] .. ':' == KEYS[1] then here[#here + 1] = job else send(job, now) end
  end
  if #here > 0 then add_jobs(here, take_numbers(#here, here), nil, now) end
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
    job[4] = string.gsub(job[4], '("timestamp":)%d+', '%1' .. int(now))
    add_more({job}, now)
  end
  return batch
end

local function count_ended(batch, state, now)
  if not batch or batch == '' then return '' end
  batch_add(batch, state, 1)
  return close_if_done(batch, now)
end

function count_where_it_went(q, id, batch)
  for _, state in ipairs({'completed', 'failed'}) do
    if call('ZSCORE', q.base .. state, id) then return count_ended(batch, state, NOW) end
  end
  if call('ZSCORE', q.base .. 'delayed', id) then
    batch_add(batch, 'delayed', 1)
  elseif call('EXISTS', q.base .. id) == 0 then
    count_ended(batch, 'completed', NOW)
  end
end

local function publish_ended(q, state, id, text)
  call('PUBLISH', q.base .. state, '{"jobId":' .. cjson.encode(id) .. ',"val":' .. cjson.encode(text) .. '}')
end

-- Options of Bull's producers that say something of a job's end.
local function say_of_its_end(opts)
  return opts and (string.find(opts, '"removeOn', 1, true) or string.find(opts, '"debounce"', 1, true))
end

-- For how long Bull's producer wants an ended job kept: at most so many, so old (s); 0 of them: not at all.
local function retention(opts, state)
  if not opts or not string.find(opts, '"removeOn', 1, true) then return end
  local ok, value = pcall(cjson.decode, opts)
  local keep = ok and type(value) == 'table' and value[state == 'completed' and 'removeOnComplete' or 'removeOnFail']
  if keep == true then return 0 end
  if type(keep) == 'number' then return keep end
  if type(keep) == 'table' then return tonumber(keep.count), tonumber(keep.age) end
end

local REMOVED_MAX = 1000  -- By one script; what is left goes when the next job ends.

local function trim(q, state, ids)
  for _, id in ipairs(ids) do
    call('DEL', q.base .. id, q.base .. id .. ':logs')
    call('ZREM', q.base .. state, id)
  end
end

-- Ends it for good: failed with `text` as the reason, completed with it as the result.
local function finish(q, id, state, text, now)
  local key, set = q.base .. id, q.base .. state
  local job = call('HMGET', key, 'opts', 'deid')
  if job[2] then
    -- A debounce with a time of its own outlives the job.
    local left = call('PTTL', q.base .. 'de:' .. job[2])
    if left == 0 or left == -1 then call('DEL', q.base .. 'de:' .. job[2]) end
  end
  local count, age = retention(job[1], state)
  if count == 0 then
    call('DEL', key, key .. ':logs')
  else
    call('ZADD', set, int(now), id)
    call('HSET', key, 'finishedOn', int(now), state == 'completed' and 'returnvalue' or 'failedReason', text)
    if age then trim(q, state, call('ZRANGEBYSCORE', set, '-inf', int(now - age * 1000), 'LIMIT', 0, REMOVED_MAX)) end
    local excess = count and count > 0 and call('ZCARD', set) - count or 0
    if excess > 0 then trim(q, state, call('ZRANGE', set, 0, min(excess, REMOVED_MAX) - 1)) end
  end
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
  tell_waiting(q, id)
end

-- A lease as kept: until and since (ms), marks, token, and of the job what its end needs: its batch or '', vendor. By struct,
-- which takes half of cmsgpack's time.
-- Marks: the job was cancelled; its options say something of its end; it is of a batch; its vendor has a cap, which only
-- where it is so needs to know of the end.
local CANCELLED, HAS_OPTS, HAS_BATCH, CAPPED_VENDOR = 1, 2, 4, 8
local function is_marked(marks, mark) return marks % (2 * mark) >= mark end
local function packed_lease(till, since, marks, token, batch, vendor)
  return struct.pack('>ddBBc0I4c0I4c0', till, since, marks, #token, token, #batch, batch, #vendor, vendor)
end
local function unpack_lease(packed) return struct.unpack('>ddBBc0I4c0I4c0', packed) end
local MARKS_AT, TOKEN_AT = 17, 19  -- In it.
local function lease_from(packed)
  local till, since, marks, token, batch, vendor = unpack_lease(packed)
  return {till = till, since = since, marks = marks, token = token, batch = batch, vendor = vendor,
          is_cancelled = is_marked(marks, CANCELLED)}
end
local function lease_of(q, id)
  local packed = call('HGET', q.own .. 'leases', id)
  return packed and lease_from(packed)
end
local function save_lease(q, id, lease)
  local packed = packed_lease(lease.till, lease.since, lease.marks, lease.token, lease.batch, lease.vendor)
  call('HSET', q.own .. 'leases', id, packed)
  return packed
end

-- Jobs of a vendor that are running. It has a cap from now on: its leases say so.
local function count_running(q, vendor)
  local count, leases = 0, call('HGETALL', q.own .. 'leases')
  for i = 1, #leases, 2 do
    local lease = lease_from(leases[i + 1])
    if lease.vendor == vendor then
      count = count + 1
      if lease.marks < CAPPED_VENDOR then
        lease.marks = lease.marks + CAPPED_VENDOR
        save_lease(q, leases[i], lease)
      end
    end
  end
  for _, other in ipairs(call('HVALS', q.own .. 'abroad')) do
    if other == vendor then count = count + 1 end
  end
  return count
end

-- The queue that has the job.
local function queue_of(id)
  local name = queue_name_of(id)
  return name and queue_at(name)
end

-- One attempt as JSON: a row of bull-board's log page, and of ours.
local function log_attempt(q, id, started, ended_at, outcome, error_json, steps_json)
  call('RPUSH', q.base .. id .. ':logs',
       '{"startedAt":' .. (started or ended_at) .. ',"endedAt":' .. ended_at .. ',"outcome":"' .. outcome ..
         '","error":' .. error_json .. ',"steps":' .. (steps_json == '' and '""' or steps_json) .. '}')
end

-- So many active jobs of the vendor's are it no more: it has places free again.
local function let_go(q, vd, count)
  ended(q, vd, count)
  if vd.cap == 0 then return end
  fit(q, vd)
  if vd.n > 0 then told[q.name] = true end
end
-- Whether the job of a lease that has run out is another worker's by now: Bull's check may have taken it back.
local function is_others(q, id, token)
  local holder = call('GET', q.base .. id .. ':lock')
  return holder and holder ~= token
end
-- It is: what it runs counts for its vendor as before.
local function give_over(q, id, vendor)
  call('HDEL', q.own .. 'leases', id)
  call('HSET', q.own .. 'abroad', id, vendor)
  q.abroad, q.dirty = true, true
end
-- The lease is over.
local function drop_lease(q, id, vendor)
  call('HDEL', q.own .. 'leases', id)
  call('DEL', q.base .. id .. ':lock')
  let_go(q, vendor_at(q, vendor), 1)
end
-- The job of the lease is active no more: Bull's check has taken it back, or ended it. The batch that is done now, or ''.
local function give_up(q, id, vendor, batch)
  drop_lease(q, id, vendor)
  if batch == '' then return '' end
  batch_add(batch, 'active', -1)
  return count_where_it_went(q, id, batch) or ''
end

-- The last thing that a script does: what it answers is made before, but for the queues that were told.
local function finish_step()
  save_numbers()
  local names = flush()
  -- No queue: numbers of others go on after it.
  if STRIDE > 1 and last_number then names[#names + 1] = '#' .. int(last_number) end
  return names
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
