-- token, lease (ms) each; where the queue has a limiter, jobs that it lets start, in which time (ms). What they share is done
-- once. Their answers are not arrays, which cost Redis as much as a command: each has the number of its words before it.
function KINDS.claim(from, wanted, width)
  write_ended()
  local limiter = width > 2 and {max = tonumber(ARGV[from + 2]), duration = ARGV[from + 3]}
  local delayed, length_now = q.base .. 'delayed', #answers
  local served, active, leases, is_heard = 0, {}, {}, listeners_of(q).all
  local length, token_length, till, head, of_vendor, tail
  -- What is not so of most jobs: the marks of their leases.
  local function see_to(vd, id, key, job)
    local marks = vd.cap > 0 and CAPPED_VENDOR or 0
    if job[11] then call('HDEL', key, 'progress') end
    if job[10] and job[10] ~= '0' then call('ZREM', q.base .. 'priority', id) end
    if not vd.plain and say_of_its_end(job[2]) then marks = marks + HAS_OPTS end
    if job[4] then
      batch_add(job[4], 'active', 1)
      marks = marks + HAS_BATCH
    end
    if limiter then unlimit(q, id) end
    return marks
  end
  local function on_job(vd, id, key, job)
    if not job[1] then return false end
    local at, plain = from + served * width, vd.plain
    local token = ARGV[at]
    if ARGV[at + 1] ~= length or #token ~= token_length then
      length, token_length = ARGV[at + 1], #token
      till = NOW + tonumber(length)
      head = lease_head(till, NOW, 0, token)
    end
    call('SET', key .. ':lock', token, 'PX', length)
    call('HSET', key, 'processedOn', NOW_TEXT)
    if is_heard then call('PUBLISH', q.active_channel, id) end
    served = served + 1
    active[served], leases[2 * served - 1] = id, id
    if vd ~= of_vendor then of_vendor, tail = vd, lease_tail('', vd.name) end
    if plain and not job[4] and not limiter and vd.cap == 0 then
      leases[2 * served] = head .. token .. tail
    else
      local marks = see_to(vd, id, key, job)
      leases[2 * served] = lease_head(till, NOW, marks, token) .. token .. (job[4] and lease_tail(job[4], vd.name) or tail)
    end
    -- One after the other: a table that gets a higher place before a lower one grows as a hash.
    local n, batch, project = length_now, job[4], job[5]
    answers[n + 1] = not plain and #job or (batch or project) and 7 or 5
    answers[n + 2] = job[1]
    answers[n + 3] = job[2]
    answers[n + 4] = job[3]
    answers[n + 5] = vd.name
    answers[n + 6] = id
    length_now = n + 6
    if batch or project or not plain then
      answers[n + 7] = batch
      answers[n + 8] = project
      for i = 8, #job do answers[n + 1 + i] = job[i] end
      length_now = n + 1 + max(7, #job)
    end
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
