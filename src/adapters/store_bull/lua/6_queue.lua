-- Queues, and how what other programs did to their lists is taken in: Bull's producers push into `wait`, its workers
-- pop from it.
local FOREIGN_MAX = 1000  -- Jobs taken in by one script at most.

-- A job that another program pushed: gets its vendor, rank and place, or goes away where it is no job.
local function take_in(q, id)
  local job = call('HMGET', q.base .. id, 'name', 'vendor', 'data', 'priority', 'rank', 'seq', 'processedOn', 'opts')
  if not job[1] and not job[3] then
    call('DEL', q.base .. id)
    q.ghosts, q.dirty = q.ghosts + 1, true
    return
  end
  local vendor, rank, seq = job[2], tonumber(job[5]), tonumber(job[6] or id)
  if not vendor then
    local ok, data = pcall(cjson.decode, job[3] or '')
    vendor = ok and type(data) == 'table' and (data.vendorId or data.userId) or nil
    vendor = (type(vendor) == 'string' or type(vendor) == 'number') and tostring(vendor) or ''
    if vendor == '' then vendor = 'default' end
    call('HSET', q.base .. id, 'vendor', vendor)
  end
  if not rank then
    -- Bull's 1 is the most urgent, 0 is none; a job of lifo goes first.
    local priority = tonumber(job[4]) or 0
    rank = priority > 0 and max(1, 1001 - floor(priority)) or 0
    if rank == 0 and job[8] and string.find(job[8], '"lifo":true', 1, true) then rank = 1000 end
    if rank ~= 0 then call('HSET', q.base .. id, 'rank', rank) end
  end
  if not seq then
    seq = tonumber(call('GET', q.base .. 'id') or 0)
    call('HSET', q.base .. id, 'seq', int(seq))
  end
  if call('ZSCORE', q.own .. 'line:' .. vendor, id) then return end
  -- Its lease has stalled, said Bull's own check.
  if call('HDEL', q.own .. 'leases', id) == 1 then ended(q, vendor_at(q, vendor)) end
  place(q, id, vendor, seq, rank, job[7], false)
end

-- A job of the window that another program's worker has popped.
local function taken_elsewhere(q, member)
  local id = sub(member, 17)
  local job = call('HMGET', q.base .. id, 'vendor', 'cost', 'attemptsMade')
  call('ZREM', q.own .. 'window', member)
  q.size, q.dirty = q.size - 1, true
  if not job[1] then return end
  local vd = vendor_at(q, job[1])
  vd.k, vd.dirty = max(0, vd.k - 1), true
  lay(vd)
  if call('ZREM', vd.line, id) == 1 then
    local start = charge(q, vd, job[2], job[3])
    forget_head(vd)
    settle(q, vd)
    advance(q, start)
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
    if active[abroad[i]] then
      q.abroad = true
    else
      call('HDEL', q.own .. 'abroad', abroad[i])
      local vd = vendor_at(q, abroad[i + 1])
      ended(q, vd)
      fit(q, vd)
      told[q.name] = true
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

local function sync(q)
  local length = call('LLEN', q.list)
  local left, right = '', ''
  if length > 0 then left, right = call('LINDEX', q.list, 0), call('LINDEX', q.list, -1) end
  if length == q.size and left == q.left and right == q.right then return end
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
  q = {name = name, base = base, own = 'cutroom:' .. base, vendors = {}, waiting_channel = base .. 'waiting@' .. TOKEN,
       active_channel = base .. 'active@' .. TOKEN}
  local packed = call('GET', q.own .. 'fair')
  local t = packed and cmsgpack.unpack(packed) or {0, 0, 0, 0, 0, 0, '', '', false, 0}
  q.v, q.fmax, q.running, q.waiting, q.size, q.idles, q.left, q.right, q.abroad, q.ghosts = unpack(t)
  q.is_paused = call('EXISTS', base .. 'meta-paused') == 1
  q.list = base .. (q.is_paused and 'paused' or 'wait')
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
    if q.dirty and q.waiting > q.size or q.is_fed then refill(q) end
    for _, vd in pairs(q.vendors) do
      lay(vd)
      if vd.dirty then save_vendor(q, vd) end
    end
    if q.dirty then
      local left, right = '', ''
      if q.size > 0 then left, right = call('LINDEX', q.list, 0), call('LINDEX', q.list, -1) end
      call('SET', q.own .. 'fair', cmsgpack.pack({q.v, q.fmax, q.running, q.waiting, q.size, q.idles, left, right,
                                                   q.abroad, q.ghosts}))
    end
  end
  for name in pairs(told) do names[#names + 1] = name end
  return names
end
