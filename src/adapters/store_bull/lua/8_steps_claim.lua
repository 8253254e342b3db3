-- lease (ms) each; where the queue has a limiter, jobs that it lets start, in which time (ms). What they share is done once.
-- Their answers are not arrays, which cost Redis as much as a command: each has the number of its words before it.
function KINDS.claim(from, wanted, width)
  write_ended()
  local limiter = width > 1 and {max = tonumber(ARGV[from + 1]), duration = ARGV[from + 2]}
  local delayed, length_now = q.base .. 'delayed', #answers
  local served, active, leases, is_heard = 0, roomy_list(), roomy_list(), listeners_of(q).all
  -- Most leases of one call are the same, but for whose they are.
  local token, length, till, of_vendor, lease = ARGV[10], nil, nil, nil, nil
  -- What is not so of most jobs: the marks of their leases.
  local function see_to(vd, id, key, job)
    local marks = vd.cap > 0 and CAPPED_VENDOR or 0
    if job[9] then call('HDEL', key, 'progress') end
    if job[8] and job[8] ~= '0' then call('ZREM', q.base .. 'priority', id) end
    if not vd.plain and say_of_its_end(job[2]) then marks = marks + HAS_OPTS end
    if job[3] then
      batch_add(job[3], 'active', 1)
      marks = marks + HAS_BATCH
    end
    if limiter then unlimit(q, id) end
    return marks
  end
  local function on_job(vd, id, key, job)
    if not job[1] then return false end
    local its_length, plain = ARGV[from + served * width], vd.plain
    if its_length ~= length or vd ~= of_vendor then
      length, of_vendor = its_length, vd
      till = NOW + tonumber(length)
      lease = packed_lease(till, NOW, 0, token, '', vd.name)
    end
    -- GET: to Lua nothing is less work than OK.
    call('SET', key .. ':lock', token, 'PX', length, 'GET')
    call('HSET', key, 'processedOn', NOW_TEXT)
    if is_heard then call('PUBLISH', q.active_channel, id) end
    served = served + 1
    active[served], leases[2 * served - 1] = id, id
    if plain and not job[3] and not limiter and vd.cap == 0 then
      leases[2 * served] = lease
    else
      leases[2 * served] = packed_lease(till, NOW, see_to(vd, id, key, job), token, job[3] or '', vd.name)
    end
    -- One after the other: a table that gets a higher place before a lower one grows as a hash.
    local n, count = length_now + 5, #job
    if not (job[3] or job[4]) and plain then count = 2 end
    answers[n - 4] = 2 + count
    answers[n - 3] = vd.name
    answers[n - 2] = id
    answers[n - 1] = job[1]
    answers[n] = job[2]
    for i = 3, count do answers[n - 2 + i] = job[i] end
    length_now = n - 2 + count
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
