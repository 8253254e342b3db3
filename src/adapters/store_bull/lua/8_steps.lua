-- The kinds of step that `steps` does. All of one call are of one queue.
local q
local answers
local due_most, cancelled_word, kept
local claims  -- Where each one's words are: token, lease (ms).
local limiter  -- Where the queue has one: jobs that it lets start, in which time (ms).
local leases_now  -- Of all jobs that steps of this call name, asked for at once; packed.
local ended_now, completed_now, locks_now  -- What ends in this call, written at once at its end.
local metered, points_max  -- Jobs that end for good in this call, by state, where metrics are kept: of so many minutes.

local function begin_steps()
  TELLS_ALL = ARGV[9] == '1'
  q, answers, claims, leases_now = queue_at(ARGV[5]), {}, {}, {}
  due_most, cancelled_word, kept = tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
  ended_now, completed_now, locks_now = {}, {}, {}
  metered, points_max, limiter = {}, nil, nil
end

-- as_batch, scope and key (or ''), fingerprint, note, whether a job comes after the batch, number of jobs, then the
-- jobs, the one after the batch last.
local function accept(at)
  local as_batch, scope, key, fingerprint, note = ARGV[at] == '1', ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local has_after, count = ARGV[at + 5] == '1', tonumber(ARGV[at + 6])
  if key ~= '' then
    local before = answered_before(scope, key, fingerprint, kept)
    if before then return before end
  end
  local jobs, batch = new_jobs_from(at + 7, count), nil
  local first = take_numbers(count + (as_batch and 1 or 0), jobs)
  if as_batch then
    batch, first = int(first), first + STRIDE
    local b = ROOT .. 'batch:' .. batch
    call('HSET', b, 'queue', jobs[1][1], 'vendor', jobs[1][2], 'created', int(NOW), 'total', count, 'active', 0,
         'delayed', 0, 'completed', 0, 'failed', 0, 'removed', 0)
    if has_after then call('HSET', b, 'after', cmsgpack.pack(new_jobs_from(at + 7 + count * NEW_JOB, 1)[1])) end
  end
  local ids = add_jobs(jobs, first, batch, NOW)
  if key ~= '' then
    call('SET', once_key(scope, key), cmsgpack.pack({fingerprint, NOW, batch or '', note, ids}), 'PX', int(kept))
  end
  return {'added', batch or '', '', ids}
end

local function write_ended()
  if #ended_now == 0 then return end
  call('SREM', q.base .. 'stalled', unpack(ended_now))
  call('HDEL', q.own .. 'leases', unpack(ended_now))
  call('DEL', unpack(locks_now))
  if #completed_now > 0 then call('ZADD', q.base .. 'completed', unpack(completed_now)) end
  for state, count in pairs(metered) do meter(q, state, count, points_max) end
end

-- Ends the lease where it is still the caller's: the job's vendor, its batch, since when, marks. Else nil.
local function end_lease(id, token)
  local packed = leases_now[id]
  if not packed then return nil end
  local till, since, marks, holder, batch, vendor = unpack_lease(packed)
  if holder ~= token then return nil end
  leases_now[id] = nil
  if till < NOW and is_others(q, id, token) then
    give_over(q, id, vendor)
    return nil
  end
  return vendor, batch, since, marks
end

-- The job whose lease has ended counts as active no more; `was_listed`: it was in Bull's list.
local function has_ended(id, vendor, batch, was_listed)
  if not was_listed then
    give_up(q, id, vendor, batch)
    return false
  end
  ended_now[#ended_now + 1] = id
  locks_now[#locks_now + 1] = q.base .. id .. ':lock'
  if batch ~= '' then batch_add(batch, 'active', -1) end
  return true
end

local function unlist(id) return call('LREM', q.base .. 'active', -1, id) == 1 end

-- The same for several. They are mostly among the last of the list: its end is taken off, and what else is there is put
-- back. Which of them were in it, by id.
local function unlist_all(ids)
  local count, was_listed, missing = #ids, {}, #ids
  local list, last = q.base .. 'active', count > 2 and call('LRANGE', q.base .. 'active', -2 * count, -1) or {}
  for i = 1, count do was_listed[ids[i]] = false end
  local at = #last + 1
  while missing > 0 and at > 1 do
    at = at - 1
    if was_listed[last[at]] == false then was_listed[last[at]], missing = true, missing - 1 end
  end
  if missing > 0 then
    for i = 1, count do was_listed[ids[i]] = unlist(ids[i]) end
    return was_listed
  end
  local others = {}
  for i = at, #last do
    if not was_listed[last[i]] then others[#others + 1] = last[i] end
  end
  call('LTRIM', list, 0, at - #last - 2)
  if #others > 0 then call('RPUSH', list, unpack(others)) end
  return was_listed
end

-- One more has ended so for good. The batch that is done now, or ''.
local function count_end(batch, state, points)
  if points then metered[state], points_max = (metered[state] or 0) + 1, tonumber(points) end
  return batch == '' and '' or count_ended(batch, state, NOW)
end

-- The log has no row of an attempt that went well: the hash says it all, at one call less for each job.
local function end_well(id, has_opts, since, result, steps)
  if has_opts then
    log_attempt(q, id, int(since), NOW_TEXT, 'completed', '""', steps)
    finish(q, id, 'completed', result, NOW)
    return
  end
  completed_now[#completed_now + 1] = NOW_TEXT
  completed_now[#completed_now + 1] = id
  if steps == '' then
    call('HSET', q.base .. id, 'finishedOn', NOW_TEXT, 'returnvalue', result)
  else
    call('HSET', q.base .. id, 'finishedOn', NOW_TEXT, 'returnvalue', result, 'steps', steps)
  end
  if listeners_of(q).completed then publish_ended(q, 'completed', id, result) end
end

-- id, lease token, result, steps; points of metrics, where kept: jobs that went well and are followed by none, as most.
local function complete_all(from, count, width)
  local vendors, batches, sinces, marks, ids = {}, {}, {}, {}, {}
  -- How many of vendors without a cap have ended, those with one, and how many of each of them.
  local uncapped, capped, freed = 0, {}, {}
  for i = 1, count do
    local at = from + (i - 1) * width
    vendors[i], batches[i], sinces[i], marks[i] = end_lease(ARGV[at], ARGV[at + 1])
    if vendors[i] then ids[#ids + 1] = ARGV[at] else vendors[i] = false end
  end
  local was_listed = unlist_all(ids)
  for i = 1, count do
    local at = from + (i - 1) * width
    local id, vendor, batch, done = ARGV[at], vendors[i], batches[i], nil
    if vendor and has_ended(id, vendor, batch, was_listed[id]) then
      end_well(id, marks[i] % CAPPED_VENDOR >= HAS_OPTS, sinces[i], ARGV[at + 2], ARGV[at + 3])
      if marks[i] < CAPPED_VENDOR then
        uncapped = uncapped + 1
      else
        if not freed[vendor] then capped[#capped + 1] = vendor end
        freed[vendor] = (freed[vendor] or 0) + 1
      end
      done = count_end(batch, 'completed', width > 4 and ARGV[at + 4])
    end
    answers[#answers + 1] = not done and 'lost' or done == '' and 'done' or {'done', done}
  end
  if uncapped > 0 then ended_uncapped(q, uncapped) end
  load_vendors(q, capped)
  for _, vendor in ipairs(capped) do let_go(q, vendor_at(q, vendor), freed[vendor]) end
end

local STACKS_MAX = 10  -- Reasons of failed attempts that are kept, the last ones.

-- id, lease token, move, text, run_at, steps, number of follow-ups, these; points of metrics, where kept.
local function settle_job(at, width)
  local id, move, text = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  local run_at, steps, count = tonumber(ARGV[at + 4]), ARGV[at + 5], tonumber(ARGV[at + 6])
  local vendor, batch, since, marks = end_lease(id, ARGV[at + 1])
  if not vendor or not has_ended(id, vendor, batch, unlist(id)) then return 'lost' end
  local key, cancelled, done, state = q.base .. id, marks % HAS_OPTS == CANCELLED, '', nil
  if move == 'complete' then
    state = 'completed'
    end_well(id, marks % CAPPED_VENDOR >= HAS_OPTS, since, text, steps)
  else
    if cancelled then move, text = 'fail', cancelled_word end
    local outcome = cancelled and 'cancelled' or move == 'retry_at' and 'retried' or move == 'release' and 'released' or
                        'failed'
    log_attempt(q, id, int(since), NOW_TEXT, outcome, cjson.encode(text), steps)
    if move == 'release' then
      local job = call('HMGET', key, 'rank', 'seq')
      place(q, id, vendor, tonumber(job[2] or id), tonumber(job[1] or 0), true, false)
    else
      local job = call('HMGET', key, 'attemptsMade', 'stacktrace', 'opts')
      local ok, stack = pcall(cjson.decode, job[2] or '[]')
      if not ok or type(stack) ~= 'table' then stack = {} end
      stack[#stack + 1] = text
      local most = tonumber(string.match(job[3] or '', '"stackTraceLimit":([1-9]%d*)')) or STACKS_MAX
      while #stack > min(most, STACKS_MAX) do table.remove(stack, 1) end
      call('HSET', key, 'attemptsMade', tonumber(job[1] or 0) + 1, 'failedReason', text, 'stacktrace',
           cjson.encode(stack))
    end
    if move == 'retry_at' then
      call('ZADD', q.base .. 'delayed', int(run_at * 4096 + (tonumber(id) or 0) % 4096), id)
      call('PUBLISH', q.base .. 'delayed', int(run_at))
      batch_add(batch, 'delayed', 1)
      told[q.name] = true
    elseif move == 'fail' then
      state = 'failed'
      finish(q, id, state, text, NOW)
    end
  end
  let_go(q, vendor_at(q, vendor), 1)
  if state then done = count_end(batch, state, width > 7 + count * NEW_JOB and ARGV[at + 7 + count * NEW_JOB]) end
  if count > 0 then add_more(new_jobs_from(at + 7, count), NOW) end
  return done == '' and 'done' or {'done', done}
end

-- id, lease token, lease (ms).
local function extend(at)
  local id, token, length = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local lease = leases_now[id] and lease_from(leases_now[id])
  if not lease or lease.token ~= token then return 0 end
  -- Without a lock Bull's check may have taken it back, and others may have it.
  local holder = call('GET', q.base .. id .. ':lock')
  if holder ~= token and (holder or not call('LPOS', q.base .. 'active', id)) then return 0 end
  lease.till = NOW + length
  leases_now[id] = save_lease(q, id, lease)
  call('SET', q.base .. id .. ':lock', token, 'PX', int(length))
  call('SREM', q.base .. 'stalled', id)
  return 1
end

-- id, lease token, percent.
local function progress(at)
  local id, packed = ARGV[at], leases_now[ARGV[at]]
  if not packed or lease_from(packed).token ~= ARGV[at + 1] then return 0 end
  call('HSET', q.base .. id, 'progress', ARGV[at + 2])
  if listeners_of(q).progress then
    call('PUBLISH', q.base .. 'progress', '{"jobId":' .. cjson.encode(id) .. ',"progress":' .. ARGV[at + 2] .. '}')
  end
  return 1
end

-- vendor, data, opts, project: a job as most are.
local function add(at)
  local number = take_number(q.name)
  local id = int(number)
  add_plain(q, id, number, ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], nil)
  return id
end

-- All claims at once, so that what they share is done once. Their answers are not arrays, which cost Redis as much as a
-- command: each has the number of its words before it.
local function claim_all()
  if #claims == 0 then return end
  local delayed, wanted, length_now = q.base .. 'delayed', #claims, #answers
  local served, active, leases, is_heard = 0, {}, {}, listeners_of(q).all
  local length, token_length, till, head, of_vendor, tail
  local function on_job(vd, id, key, job)
    if not job[1] then return false end
    local at, batch = claims[served + 1], job[4]
    local token = ARGV[at]
    if ARGV[at + 1] ~= length or #token ~= token_length then
      length, token_length = ARGV[at + 1], #token
      till = NOW + tonumber(length)
      head = lease_head(till, NOW, 0, token)
    end
    call('SET', key .. ':lock', token, 'PX', length)
    if job[11] then call('HDEL', key, 'progress') end
    if job[10] and job[10] ~= '0' then call('ZREM', q.base .. 'priority', id) end
    call('HSET', key, 'processedOn', NOW_TEXT)
    if batch then batch_add(batch, 'active', 1) end
    if limiter then unlimit(q, id) end
    if is_heard then call('PUBLISH', q.active_channel, id) end
    served = served + 1
    active[served] = id
    leases[2 * served - 1] = id
    if vd ~= of_vendor then of_vendor, tail = vd, lease_tail('', vd.name) end
    local marks = (vd.cap > 0 and CAPPED_VENDOR or 0) + (not vd.plain and say_of_its_end(job[2]) and HAS_OPTS or 0)
    leases[2 * served] = (marks > 0 and lease_head(till, NOW, marks, token) or head) .. token ..
                           (batch and lease_tail(batch, vd.name) or tail)
    -- One after the other: a table that gets a higher place before a lower one grows as a hash.
    local n, count = length_now + 1, vd.plain and 7 or #job
    answers[n] = count
    for i = 1, 5 do answers[n + i] = job[i] end
    answers[n + 6] = vd.name
    answers[n + 7] = id
    for i = 8, count do answers[n + i] = job[i] end
    length_now = n + count
    return true
  end
  if not q.is_paused then
    for _, id in ipairs(call('ZRANGEBYSCORE', delayed, '-inf', int(NOW * 4096 + 4095), 'LIMIT', 0, due_most)) do
      call('ZREM', delayed, id)
      wait_again(q, id)
    end
    local most = limiter and min(wanted, room_in_limiter(q, limiter.max)) or wanted
    while served < most and q.waiting > 0 do
      local _, gone = take(q, most - served, on_job)
      if gone == 0 then break end
    end
    if limiter and served > 0 then count_in_limiter(q, served, limiter.duration) end
  end
  if served > 0 then
    call('LPUSH', q.base .. 'active', unpack(active))
    call('HSET', q.own .. 'leases', unpack(leases))
  end
  if served == wanted then return end
  local due = ''
  if not q.is_paused then
    call('PUBLISH', q.base .. 'drained', '')
    local next = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
    if next then due = int(floor(next / 4096)) end
    if limiter and q.waiting > 0 then
      -- When it begins anew.
      local again = NOW + max(1, call('PTTL', q.base .. 'limiter'))
      if due == '' or again < tonumber(due) then due = int(again) end
    end
  end
  for at = length_now + 1, length_now + 2 * (wanted - served), 2 do answers[at], answers[at + 1] = 1, due end
end

-- The kinds of step that are of a lease, whose id is their first word.
local OF_LEASE = {complete = true, settle = true, extend = true, progress = true}
local KINDS = {settle = settle_job, add = add, accept = accept, extend = extend, progress = progress}
