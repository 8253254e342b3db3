-- The kinds of step that `steps` does. All of one call are of one queue.
local q
local answers
local due_most, cancelled_word, kept
local claims  -- Where each one's words are: token, lease (ms); `first` is the place of its first answer.
local limiter  -- Where the queue has one: jobs that it lets start, in which time (ms).
local leases_now  -- Of all jobs that steps of this call name, asked for at once.
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

-- The lease where it is still the caller's; the job counts as active no more then.
local function lease_ending(id, token)
  local lease = leases_now[id]
  if not lease or lease.token ~= token then return nil end
  leases_now[id] = nil
  if lease.till < NOW and is_others(q, id, token) then
    give_over(q, id, lease.vendor)
    return nil
  end
  if call('LREM', q.base .. 'active', -1, id) == 0 then
    give_up(q, id, lease)
    return nil
  end
  ended_now[#ended_now + 1] = id
  locks_now[#locks_now + 1] = q.base .. id .. ':lock'
  if lease.batch then batch_add(lease.batch, 'active', -1) end
  return lease
end

-- One more has ended so for good. The batch that is done now, or ''.
local function count_end(lease, state, points)
  if points then metered[state], points_max = (metered[state] or 0) + 1, tonumber(points) end
  return count_ended(lease.batch, state, NOW)
end

local function end_well(lease, id, result, steps)
  if lease.has_opts then
    log_attempt(q, id, lease.started, NOW_TEXT, 'completed', '""', steps)
    finish(q, id, 'completed', result, NOW)
    return
  end
  completed_now[#completed_now + 1] = NOW_TEXT
  completed_now[#completed_now + 1] = id
  -- The row that would be the log's last is kept in the hash: one call less for each job that goes well.
  call('HSET', q.base .. id, 'finishedOn', NOW_TEXT, 'returnvalue', result, 'lastLog',
       attempt_row(lease.started, NOW_TEXT, 'completed', '""', steps))
  if listeners_of(q).completed then publish_ended(q, 'completed', id, result) end
end

-- id, lease token, result, steps; points of metrics, where kept: a job that went well and is followed by none, as most.
local function complete_all(from, count, width)
  local let_go_of, freed = {}, {}
  for i = 1, count do
    local at = from + (i - 1) * width
    local lease, done = lease_ending(ARGV[at], ARGV[at + 1]), nil
    if lease then
      end_well(lease, ARGV[at], ARGV[at + 2], ARGV[at + 3])
      local vd = vendor_at(q, lease.vendor)
      if not freed[vd] then
        freed[vd] = 0
        let_go_of[#let_go_of + 1] = vd
      end
      freed[vd] = freed[vd] + 1
      done = count_end(lease, 'completed', width > 4 and ARGV[at + 4])
    end
    answers[#answers + 1] = not done and 'lost' or done == '' and 'done' or {'done', done}
  end
  for _, vd in ipairs(let_go_of) do let_go(q, vd, freed[vd]) end
end

local STACKS_MAX = 10  -- Reasons of failed attempts that are kept, the last ones.

-- id, lease token, move, text, run_at, steps, number of follow-ups, these; points of metrics, where kept.
local function settle_job(at, width)
  local id, move, text = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  local run_at, steps, count = tonumber(ARGV[at + 4]), ARGV[at + 5], tonumber(ARGV[at + 6])
  local lease = lease_ending(id, ARGV[at + 1])
  if not lease then return 'lost' end
  local key, cancelled, batch, done, state = q.base .. id, lease.is_cancelled, lease.batch, '', nil
  if move == 'complete' then
    state = 'completed'
    end_well(lease, id, text, steps)
  else
    if cancelled then move, text = 'fail', cancelled_word end
    local outcome = cancelled and 'cancelled' or move == 'retry_at' and 'retried' or move == 'release' and 'released' or
                        'failed'
    log_attempt(q, id, lease.started, NOW_TEXT, outcome, cjson.encode(text), steps)
    if move == 'release' then
      local job = call('HMGET', key, 'rank', 'seq')
      place(q, id, lease.vendor, tonumber(job[2] or id), tonumber(job[1] or 0), true, false)
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
  let_go(q, vendor_at(q, lease.vendor), 1)
  if state then done = count_end(lease, state, width > 7 + count * NEW_JOB and ARGV[at + 7 + count * NEW_JOB]) end
  if count > 0 then add_more(new_jobs_from(at + 7, count), NOW) end
  return done == '' and 'done' or {'done', done}
end

-- id, lease token, lease (ms).
local function extend(at)
  local id, token, length = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local lease = leases_now[id]
  if not lease or lease.token ~= token then return 0 end
  -- Without a lock Bull's check may have taken it back, and others may have it.
  local holder = call('GET', q.base .. id .. ':lock')
  if holder ~= token and (holder or not call('LPOS', q.base .. 'active', id)) then return 0 end
  lease.till = NOW + length
  save_lease(q, id, lease)
  call('SET', q.base .. id .. ':lock', token, 'PX', int(length))
  call('SREM', q.base .. 'stalled', id)
  return 1
end

-- id, lease token, percent.
local function progress(at)
  local id, lease = ARGV[at], leases_now[ARGV[at]]
  if not lease or lease.token ~= ARGV[at + 1] then return 0 end
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

-- All claims at once, so that what they share is done once: they are the last of the answers.
local function claim_all()
  if #claims == 0 then return end
  local delayed, wanted, first = q.base .. 'delayed', #claims, claims.first
  local served, active, leases, is_heard = 0, {}, {}, listeners_of(q).all
  local function on_job(vd, id, job)
    if not job[1] then return false end
    local at, key, batch = claims[served + 1], q.base .. id, job[4]
    local token = ARGV[at]
    call('SET', key .. ':lock', token, 'PX', ARGV[at + 1])
    if job[11] then call('HDEL', key, 'progress') end
    if job[10] and job[10] ~= '0' then call('ZREM', q.base .. 'priority', id) end
    call('HSET', key, 'processedOn', NOW_TEXT)
    if batch then batch_add(batch, 'active', 1) end
    if limiter then unlimit(q, id) end
    if is_heard then call('PUBLISH', q.active_channel, id) end
    served = served + 1
    active[served] = id
    leases[2 * served - 1] = id
    leases[2 * served] = cmsgpack.pack(NOW + tonumber(ARGV[at + 1]), token, false,
                                       not vd.plain and say_of_its_end(job[2]) and true or false, batch, NOW_TEXT,
                                       vd.name)
    job[6], job[7] = vd.name, id
    answers[first + served - 1] = job
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
  for i = first + served, first + wanted - 1 do answers[i] = {due} end
end

-- The kinds of step that are of a lease, whose id is their first word.
local OF_LEASE = {complete = true, settle = true, extend = true, progress = true}
local KINDS = {settle = settle_job, add = add, accept = accept, extend = extend, progress = progress}
