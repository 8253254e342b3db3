-- `wait` (or `paused`) as every Bull worker sees it: the next jobs in fair order, right end first, at most WINDOW of
-- them. The window foresees the order; who claims through this store gets it exactly.
--
-- Of each vendor the first k jobs of its line are in the window.

-- How many of its jobs others may take now.
local function allowed(vd)
  if vd.paused then return 0 end
  if vd.cap == 0 then return vd.n end
  return max(0, vd.cap - vd.run)
end

local function feed(q, vd)
  if vd.k < vd.n and vd.k < allowed(vd) then
    local tag = vd.k == 0 and vd.f or vd.p
    if vd.fed ~= tag then
      call('ZADD', q.own .. 'feed', num(tag), vd.name)
      vd.fed, vd.dirty = tag, true
    end
  elseif vd.fed then
    call('ZREM', q.own .. 'feed', vd.name)
    vd.fed, vd.dirty = false, true
  end
  q.stale = true
end

local function take_out(q, vd, id, seq)
  if call('ZREM', q.own .. 'window', member_of(seq, id)) == 0 then return end
  call('LREM', q.list, -1, id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
end

local function put_in(q, vd, id, seq, tag, priority)
  local window = q.own .. 'window'
  local member = member_of(seq, id)
  call('ZADD', window, num(tag), member)
  local rank = q.size > 0 and call('ZRANK', window, member) or 0
  if rank == q.size and not q.foreign then
    call('LPUSH', q.list, id)
  elseif rank == 0 then
    call('RPUSH', q.list, id)
  else
    call('LINSERT', q.list, 'BEFORE', sub(call('ZRANGE', window, rank - 1, rank - 1)[1], 17), id)
  end
  if priority and priority ~= '0' then call('ZADD', q.base .. 'priority', priority, id) end
  q.size, vd.k = q.size + 1, vd.k + 1
  q.dirty, vd.dirty = true, true
end

-- Brings the vendor's next job into the window.
local function enter(q, vd)
  local next = call('ZRANGE', vd.line, vd.k, vd.k, 'WITHSCORES')
  local id, seq = next[1], tonumber(next[2]) % RANK
  local job = call('HMGET', q.base .. id, 'cost', 'processedOn', 'priority')
  local tag = max(q.v, vd.k == 0 and vd.f or vd.p)
  put_in(q, vd, id, seq, tag, job[3])
  vd.p = tag + charge_of(vd, job[1], job[2])
  feed(q, vd)
end

-- The vendor of the window's last job gives its last place there back to those who wait outside.
local function evict(q, last)
  local vd = vendor_at(q, call('HGET', q.base .. sub(last, 17), 'vendor'))
  local out = call('ZRANGE', vd.line, vd.k - 1, vd.k - 1, 'WITHSCORES')
  local id, member = out[1], member_of(tonumber(out[2]) % RANK, out[1])
  vd.p = tonumber(call('ZSCORE', q.own .. 'window', member))
  call('ZREM', q.own .. 'window', member)
  call('LREM', q.list, 1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
  feed(q, vd)
end

local function refill(q)
  q.stale = false
  while true do
    local next = call('ZRANGE', q.own .. 'feed', 0, 0, 'WITHSCORES')
    local over = q.size - WINDOW
    if over >= 0 and (over > 0 or next[1]) then
      local last = call('ZREVRANGE', q.own .. 'window', 0, 0, 'WITHSCORES')
      if over == 0 and max(q.v, tonumber(next[2])) >= tonumber(last[2]) then break end
      evict(q, last[1])
    elseif next[1] then
      enter(q, vendor_at(q, next[1]))
    else
      break
    end
  end
  -- Where nobody else waits an elastic cap doesn't bind.
  if q.size == 0 then
    local turn = call('ZRANGE', q.own .. 'capped', 0, 0)[1]
    if turn then enter(q, vendor_at(q, sub(turn, 17))) end
  end
end

-- After the vendor's share or the number of its running jobs has changed.
local function fit(q, vd)
  local most = min(vd.n, allowed(vd))
  if vd.k > most then
    local out = call('ZRANGE', vd.line, most, vd.k - 1, 'WITHSCORES')
    for i = #out - 1, 1, -2 do
      local seq = tonumber(out[i + 1]) % RANK
      vd.p = tonumber(call('ZSCORE', q.own .. 'window', member_of(seq, out[i])) or vd.p)
      take_out(q, vd, out[i], seq)
    end
  end
  feed(q, vd)
end

-- A job begins to wait; `again` where it may go to an older place than the last.
local function place(q, id, vendor, seq, rank, again)
  local vd = vendor_at(q, vendor)
  call('ZADD', vd.line, int(seq - rank * RANK), id)
  vd.n, q.waiting = vd.n + 1, q.waiting + 1
  vd.dirty, q.dirty, vd.gone = true, true, false
  if rank ~= 0 then vd.ranked = true end
  told[q.name] = true
  local at = vd.n - 1
  if again or vd.ranked then at = call('ZRANK', vd.line, id) end
  if at == 0 then settle(q, vd) end
  if at < vd.k then
    -- Before a job that is in the window: a hair before it, so that the vendor's jobs stay in the order of its line.
    local behind = call('ZRANGE', vd.line, at + 1, at + 1, 'WITHSCORES')
    local tag = tonumber(call('ZSCORE', q.own .. 'window', member_of(tonumber(behind[2]) % RANK, behind[1])) or q.v)
    put_in(q, vd, id, seq, tag - 1e-6, call('HGET', q.base .. id, 'priority'))
  end
  feed(q, vd)
end

-- A waiting job goes away unclaimed; false where it isn't in a line.
local function withdraw(q, id, vendor)
  local vd = vendor_at(q, vendor)
  local seq = seq_of(q, id)
  if call('ZREM', vd.line, id) == 0 then return false end
  take_out(q, vd, id, seq)
  call('ZREM', q.base .. 'priority', id)
  vd.n, q.waiting = vd.n - 1, q.waiting - 1
  vd.dirty, q.dirty = true, true
  settle(q, vd)
  end_busy_period(q)
  feed(q, vd)
  told[q.name] = true
  return true
end
