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
  local waits = vd.k < vd.n and vd.k < allowed(vd)
  if waits and not vd.next then
    local _, seqs = slice(vd, vd.k, vd.k)
    vd.next = seqs[1] or false  -- The line may be shorter than it should be, until fsck has counted anew.
  end
  if waits and vd.next then
    local tag = vd.k == 0 and vd.f or vd.p
    if vd.fed ~= tag or vd.fed_next ~= vd.next then
      if not vd.fed or tag < vd.fed then q.is_fed = true end
      if vd.fed_as then drop(q, 'feed', vd.fed_as) end
      vd.fed, vd.fed_next, vd.fed_as, vd.dirty = tag, vd.next, fmt('%016.0f', vd.next) .. vd.name, true
      put(q, 'feed', vd.fed_as, tag)
    end
  elseif vd.fed then
    drop(q, 'feed', vd.fed_as)
    vd.fed, vd.fed_next, vd.fed_as, vd.dirty = false, false, false, true
  end
end

local function take_out(q, vd, id, seq)
  if call('ZREM', q.own .. 'window', member_of(seq, id)) == 0 then return end
  call('LREM', q.list, -1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
end

-- In one go, where they stand at the right end in this order, as is usual.
local function take_out_first(q, ids, seqs)
  local count = #ids
  local listed, same = q.size >= count and call('RPOP', q.list, count) or {}, true
  for i = 1, count do same = same and listed[i] == ids[i] end
  if same then
    call('ZREMRANGEBYRANK', q.own .. 'window', 0, count - 1)
    q.size = q.size - count
  else
    for i = #listed, 1, -1 do call('RPUSH', q.list, listed[i]) end
    for i, id in ipairs(ids) do
      if call('ZREM', q.own .. 'window', member_of(seqs[i], id)) == 1 then
        call('LREM', q.list, -1, id)
        q.size = q.size - 1
      end
    end
  end
  q.dirty = true
end

local function put_in(q, vd, id, seq, tag, priority)
  local window = q.own .. 'window'
  local member = member_of(seq, id)
  call('ZADD', window, tag, member)
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

-- A job in the vendor's line whose hash others have deleted.
local function drop_ghost(q, vd, id, seq)
  leave_line(vd, id, seq, true)
  vd.next = false
  call('ZREM', q.base .. 'priority', id)
  vd.n, q.waiting = vd.n - 1, q.waiting - 1
  vd.dirty, q.dirty, q.ghosts = true, true, q.ghosts + 1
  forget_head(vd)
  settle(q, vd)
  end_busy_period(q)
  feed(q, vd)
end

-- The vendor of the window's last job gives its last place there back to those who wait outside.
local function evict(q, last)
  local vd = vendor_at(q, call('HGET', q.base .. sub(last, 17), 'vendor'))
  local ids, seqs = slice(vd, vd.k - 1, vd.k - 1)
  local id, member = ids[1], member_of(seqs[1], ids[1])
  vd.p, vd.next = tonumber(call('ZSCORE', q.own .. 'window', member)), seqs[1]
  call('ZREM', q.own .. 'window', member)
  call('LREM', q.list, 1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
  feed(q, vd)
end
