-- recover: stalls allowed, reason with %d, word for a cancelled job, time between Bull's checks (ms).
local stalls_max, reason_form, cancelled_word, interval = tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local waiting, failed, batches = {}, {}, {}

-- Bull's own check for jobs whose workers are gone: who is found active and without a lock a second time. Whichever
-- program comes first does it for all.
local function check_stalled(q)
  if not call('SET', q.base .. 'stalled-check', ARGV[1], 'NX', 'PX', interval) then return end
  for _, id in ipairs(call('SMEMBERS', q.base .. 'stalled')) do
    if call('EXISTS', q.base .. id .. ':lock') == 0 and call('HEXISTS', q.own .. 'leases', id) == 0 and
        call('LREM', q.base .. 'active', 1, id) == 1 and call('EXISTS', q.base .. id) == 1 then
      local stalls = call('HINCRBY', q.base .. id, 'stalledCounter', 1)
      if stalls > stalls_max then
        finish(q, id, 'failed', fmt(reason_form, stalls), NOW)
        failed[#failed + 1] = id
      else
        take_in(q, id)
        call('PUBLISH', q.base .. 'stalled@', id)
        waiting[#waiting + 1] = id
      end
    end
  end
  call('DEL', q.base .. 'stalled')
  local active = call('LRANGE', q.base .. 'active', 0, -1)
  for from = 1, #active, 1000 do
    call('SADD', q.base .. 'stalled', unpack(active, from, min(from + 999, #active)))
  end
end

local expired = {}
for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
  local leases = call('HGETALL', 'cutroom:' .. PREFIX .. ':' .. name .. ':leases')
  for i = 1, #leases, 2 do
    local lease = lease_from(leases[i + 1])
    if lease.till < NOW then expired[#expired + 1] = {id = leases[i], lease = lease, queue = name} end
  end
end
table.sort(expired, function(a, b)
  local x, y = tonumber(a.id) or 0, tonumber(b.id) or 0
  if x ~= y then return x < y end
  return a.id < b.id
end)
for _, it in ipairs(expired) do
  local q, id, ended_at = queue_at(it.queue), it.id, it.lease.till
  -- Taking in what others did may have found it already.
  if call('HEXISTS', q.own .. 'leases', id) == 1 and is_others(q, id, it.lease.token) then
    give_over(q, id, it.lease.vendor)
  elseif call('HEXISTS', q.own .. 'leases', id) == 1 and
      (call('LREM', q.base .. 'active', 1, id) == 0 or call('EXISTS', q.base .. id) == 0) then
    local done = give_up(q, id, it.lease.vendor, it.lease.batch)
    if done ~= '' then batches[#batches + 1] = done end
  elseif call('HEXISTS', q.own .. 'leases', id) == 1 then
    local job = call('HMGET', q.base .. id, 'vendor', 'processedOn', 'batch', 'rank', 'seq')
    local stalls = call('HINCRBY', q.base .. id, 'stalledCounter', 1)
    local again = stalls <= stalls_max and not it.lease.is_cancelled
    local reason = it.lease.is_cancelled and cancelled_word or fmt(reason_form, stalls)
    log_attempt(q, id, job[2], int(ended_at), it.lease.is_cancelled and 'cancelled' or 'stalled', cjson.encode(reason), '')
    call('SREM', q.base .. 'stalled', id)
    batch_add(job[3], 'active', -1)
    if again then
      place(q, id, job[1], tonumber(job[5] or id), tonumber(job[4] or 0), true, false)
      call('PUBLISH', q.base .. 'stalled@', id)
      waiting[#waiting + 1] = id
    else
      finish(q, id, 'failed', reason, ended_at)
      failed[#failed + 1] = id
    end
    drop_lease(q, id, job[1])
    if not again then
      local done = count_ended(job[3], 'failed', ended_at)
      if done ~= '' then batches[#batches + 1] = done end
    end
  end
end
for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do check_stalled(queue_at(name)) end
local names = finish_step()
return {waiting, failed, batches, names}
