-- Queues, and how what other programs did to their lists is taken in: Bull's producers push into `wait`, its workers
-- pop from it.
local FOREIGN_MAX = 1000  -- Jobs taken in by one script at most.

local function batch_add(batch, ...)
  if not batch or batch == '' then return end
  local words = {...}
  for i = 1, #words, 2 do call('HINCRBY', ROOT .. 'batch:' .. batch, words[i], words[i + 1]) end
end

-- A job of the batch that another program's worker had.
local count_where_it_went

-- What Bull knows of an order: 1 is its most urgent priority, 0 is none; the last job of lifo goes before all.
local function rank_of(priority, opts)
  priority = tonumber(priority) or 0
  if priority > 0 then return max(1, 1001 - floor(priority)), false end
  if opts and string.find(opts, '"lifo":true', 1, true) then return 1001, true end
  return 0, false
end

local function vendor_in(data)
  local ok, value = pcall(cjson.decode, data or '')
  local vendor = ok and type(value) == 'table' and (value.vendorId or value.userId) or nil
  vendor = (type(vendor) == 'string' or type(vendor) == 'number') and tostring(vendor) or ''
  return vendor == '' and 'default' or vendor
end

-- The place of a job that has none yet. Numbers tell the order; where an id is none, it and all that were pushed
-- after it get new ones.
local function first_seq(q, id)
  local seq = tonumber(id)
  if seq and seq > q.renumbered and fmt('%.0f', seq) == id then return seq, false end
  q.renumbered, q.dirty = call('INCR', q.base .. 'id'), true
  return q.renumbered, true
end

-- A job that another program pushed: gets its vendor, rank and place, or goes away where it is no job.
local function take_in(q, id)
  local key = q.base .. id
  local job = call('HMGET', key, 'name', 'vendor', 'data', 'priority', 'rank', 'seq', 'processedOn', 'opts', 'batch',
                   'retriedOn')
  if not job[1] and not job[3] then
    call('DEL', key)
    q.ghosts, q.dirty = q.ghosts + 1, true
    return
  end
  local vendor, rank, seq = job[2], tonumber(job[5]) or 0, tonumber(job[6] or id)
  if not vendor then
    local is_last, is_new
    vendor = vendor_in(job[3])
    rank, is_last = rank_of(job[4], job[8])
    seq, is_new = first_seq(q, id)
    if is_last then seq = RANK - 1 - seq end
    call('HSET', key, 'vendor', vendor)
    if rank ~= 0 then call('HSET', key, 'rank', rank) end
    if is_last or is_new then call('HSET', key, 'seq', int(seq)) end
  end
  local vd = vendor_at(q, vendor)
  if q.taken_in[id] or job[2] and is_in_line(vd, id, seq) then return end
  q.taken_in[id] = true
  -- Its lease has stalled, said Bull's own check; or the other program's worker has given it back.
  if call('HDEL', q.own .. 'leases', id) + call('HDEL', q.own .. 'abroad', id) > 0 then
    ended(q, vd, 1)
    batch_add(job[9], 'active', -1)
  elseif job[2] then
    -- Promoted, or retried, which leaves no time of the last attempt.
    batch_add(job[9], job[10] and not job[7] and 'failed' or 'delayed', -1)
  end
  if not vd.last then vd.last = last_score(vd) end
  -- One that was delayed, or pushed past a pause, may be older than who waits.
  place(q, id, vendor, seq, rank, job[7] or seq - rank * RANK < vd.last, false)
end

-- The vendor in whose line the id is, where the hash can't tell. Rare: looks at each vendor that has jobs.
local function vendor_of_ghost(q, id, seq)
  apply(q)
  for _, name in ipairs(call('SMEMBERS', q.own .. 'held')) do
    if is_in_line(vendor_at(q, name), id, seq) then return name end
  end
  for _, set in ipairs({'ready', 'capped'}) do
    for _, turn in ipairs(call('ZRANGE', q.own .. set, 0, -1)) do
      local name = sub(turn, 17)
      if is_in_line(vendor_at(q, name), id, seq) then return name end
    end
  end
end

-- A job of the window that another program's worker has popped, or that another program has removed.
local function taken_elsewhere(q, member)
  local id, seq = sub(member, 17), tonumber(sub(member, 1, 16))
  local job = call('HMGET', q.base .. id, 'vendor', 'cost', 'attemptsMade', 'batch', 'data')
  call('ZREM', q.own .. 'window', member)
  q.size, q.dirty = q.size - 1, true
  local name = job[1] or vendor_of_ghost(q, id, seq)
  if not name then return end
  local vd = vendor_at(q, name)
  vd.k, vd.dirty = max(0, vd.k - 1), true
  if not job[5] then
    drop_ghost(q, vd, id, seq)
  elseif leave_line(vd, id, seq, true) then
    local start = charge(q, vd, 1, charge_of(vd, job[2], job[3]))
    forget_head(vd)
    settle(q, vd)
    advance(q, start)
    batch_add(job[4], 'active', 1)
    call('HSET', q.own .. 'abroad', id, job[1])
    q.abroad = true
  end
  feed(q, vd)
end

-- Jobs that other programs' workers had and have no more.
local function check_abroad(q)
  local active = {}
  for _, id in ipairs(call('LRANGE', q.base .. 'active', 0, -1)) do active[id] = true end
  local abroad = call('HGETALL', q.own .. 'abroad')
  q.abroad = false
  for i = 1, #abroad, 2 do
    local id = abroad[i]
    if active[id] then
      q.abroad = true
    else
      call('HDEL', q.own .. 'abroad', id)
      local vd = vendor_at(q, abroad[i + 1])
      ended(q, vd, 1)
      fit(q, vd)
      told[q.name] = true
      local batch = call('HGET', q.base .. id, 'batch')
      if batch then
        batch_add(batch, 'active', -1)
        count_where_it_went(q, id, batch)
      end
    end
  end
  q.dirty = true
end

-- The whole list anew, however it was changed.
local function take_stock(q)
  local listed, here = call('LRANGE', q.list, -(WINDOW + FOREIGN_MAX), -1), {}
  local rest = call('LLEN', q.list) - #listed
  for _, id in ipairs(listed) do here[id] = true end
  local known = {}
  for _, member in ipairs(call('ZRANGE', q.own .. 'window', 0, -1)) do
    local id = sub(member, 17)
    if here[id] then known[id] = true else taken_elsewhere(q, member) end
  end
  -- What doesn't come this time stays on the left, behind the window.
  if rest > 0 then call('LTRIM', q.list, 0, rest - 1) else call('DEL', q.list) end
  local window = call('ZRANGE', q.own .. 'window', 0, -1)
  for i = #window, 1, -1 do call('RPUSH', q.list, sub(window[i], 17)) end
  q.foreign = rest > 0
  for i = #listed, 1, -1 do
    if not known[listed[i]] then take_in(q, listed[i]) end
  end
  q.dirty = true
end

-- Jobs that somebody pushed past the pause: Bull's own end of it would overwrite them.
local function take_in_late(q)
  local wait = q.base .. 'wait'
  if call('EXISTS', wait) == 0 then return end
  for _ = 1, FOREIGN_MAX do
    if not call('RPOPLPUSH', wait, q.list) then break end
  end
end

local function take_in_changes(q, length, left, right)
  -- Popped from the right.
  if right ~= q.right and q.size > 0 then
    for _, member in ipairs(call('ZRANGE', q.own .. 'window', 0, FOREIGN_MAX - 1)) do
      if sub(member, 17) == right then break end
      if right ~= '' and call('LPOS', q.list, sub(member, 17), 'RANK', -1, 'MAXLEN', 64) then return take_stock(q) end
      taken_elsewhere(q, member)
    end
  end
  -- Pushed from the left.
  if left ~= q.left or length ~= q.size then
    local extra = length - q.size
    if extra < 0 or extra > 64 then return take_stock(q) end
    if q.size > 0 and call('LINDEX', q.list, extra) ~= sub(call('ZREVRANGE', q.own .. 'window', 0, 0)[1], 17) then
      return take_stock(q)
    end
    if extra > 0 then
      local ids = call('LRANGE', q.list, 0, extra - 1)
      call('LTRIM', q.list, extra, -1)
      q.dirty = true
      for i = #ids, 1, -1 do take_in(q, ids[i]) end
    end
  end
end

-- Another program is met for the first time: from now on it finds no entry without a job.
local function meet_others(q)
  q.others, q.dirty = true, true
  for _, member in ipairs(call('ZRANGE', q.own .. 'window', 0, -1)) do
    local id = sub(member, 17)
    if call('EXISTS', q.base .. id) == 0 then
      call('LREM', q.list, -1, id)
      taken_elsewhere(q, member)
    end
  end
end

local function sync(q)
  if q.is_paused then take_in_late(q) end
  local length, left, right = call('LLEN', q.list), '', ''
  if length > 0 then left, right = call('LINDEX', q.list, 0), call('LINDEX', q.list, -1) end
  if length == q.size and left == q.left and right == q.right then return end
  take_in_changes(q, length, left, right)
  if not q.others then meet_others(q) end
end

local function new_queue(q)
  call('SADD', ROOT .. 'queues', q.name)
  local shares = call('HGETALL', ROOT .. 'shares')
  for i = 1, #shares, 2 do
    local vd, share = vendor_at(q, shares[i]), cmsgpack.unpack(shares[i + 1])
    vd.w, vd.cap, vd.hard, vd.paused = share[1], share[2], share[3], share[4]
    settle(q, vd)
  end
end

local function queue_at(name)
  local q = queues[name]
  if q then return q end
  local base = PREFIX .. ':' .. name .. ':'
  local own, v, fmax, running, waiting, size, idles = 'cutroom:' .. base, 0, 0, 0, 0, 0, 0
  local left, right, abroad, ghosts, renumbered, others = '', '', false, 0, 0, false
  local packed, is_paused = call('GET', own .. 'fair'), call('EXISTS', base .. 'meta-paused') == 1
  if packed then
    v, fmax, running, waiting, size, idles, left, right, abroad, ghosts, renumbered, others = cmsgpack.unpack(packed)
  end
  q = {name = name, base = base, own = own, vendors = {}, taken_in = {}, changes = {ready = {}, capped = {}, feed = {}},
       waiting_channel = base .. 'waiting@' .. TOKEN, active_channel = base .. 'active@' .. TOKEN, v = v, fmax = fmax,
       running = running, waiting = waiting, size = size, idles = idles, left = left, right = right, abroad = abroad,
       ghosts = ghosts, renumbered = renumbered, others = others, is_paused = is_paused,
       list = base .. (is_paused and 'paused' or 'wait'), foreign = false, dirty = false, is_fed = false,
       heard = false, hushed = false}
  queues[name] = q
  if not packed then
    new_queue(q)
    q.dirty = true
  end
  sync(q)
  if q.abroad then check_abroad(q) end
  return q
end

-- Writes back what has changed. What a script answers comes after it.
local function flush()
  local names = {}
  for _, q in pairs(queues) do
    if q.is_fed or q.dirty and lacks(q) then refill(q) end
    apply(q)
    save_vendors(q)
    if q.dirty then
      local left, right = '', ''
      if q.size > 0 then left, right = call('LINDEX', q.list, 0), call('LINDEX', q.list, -1) end
      call('SET', q.own .. 'fair', cmsgpack.pack(q.v, q.fmax, q.running, q.waiting, q.size, q.idles, left, right,
                                                  q.abroad, q.ghosts, q.renumbered, q.others))
    end
  end
  for name in pairs(told) do
    local q = queues[name]
    names[#names + 1] = name
    if q and q.hushed and q.heard.fleet then call('PUBLISH', ROOT .. 'work', TOKEN .. ' ' .. name) end
  end
  return names
end
