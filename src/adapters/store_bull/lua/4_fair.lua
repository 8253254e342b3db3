-- Start-time fair queueing over vendors: the rules of jobs/fair_order.hpp, step by step the same, so that every
-- store gives out jobs in one order. But a vendor whose last jobs run counts as idle already, unless it has a share: its
-- running jobs are not counted.
local function standing_of(vd)
  if vd.n == 0 then
    return vd.w == 1 and vd.cap == 0 and not vd.hard and not vd.paused and IDLE or OFF
  end
  if vd.paused then return OFF end
  if vd.cap == 0 or vd.run < vd.cap then return READY end
  return vd.hard and OFF or CAPPED
end

-- The vendor's first job has changed, and is not known.
local function forget_head(vd) vd.head = nil end

local function head_of(vd)
  if vd.n == 0 then
    if vd.sorted then vd.sorted = call('EXISTS', vd.line) == 1 end
    vd.plain, vd.head = true, false
  elseif not vd.head then
    -- With none in the window the next one for it is the first.
    local seq = vd.k == 0 and vd.next or first_seq_of(vd)
    -- Somebody may have deleted the line.
    vd.head = seq and (seq == vd.fed_next and vd.fed_as or fmt('%016.0f', seq) .. vd.name) or false
  end
  return vd.head
end

local function settle(q, vd)
  vd.dirty = true
  if vd.gone then vd.gone = false end
  local st, tag, turn = standing_of(vd), vd.f, head_of(vd)
  if not turn and vd.n > 0 then st = OFF end
  if st == READY then tag = max(vd.f, q.v) end
  if st == vd.st and tag == vd.tag and turn == vd.turn and st ~= IDLE then return end
  if vd.st == READY then
    drop(q, 'ready', vd.turn)
  elseif vd.st == CAPPED then
    drop(q, 'capped', vd.turn)
  elseif vd.st == IDLE then
    q.idles = q.idles - call('ZREM', q.own .. 'idle', vd.name)
  elseif vd.turn then
    call('SREM', q.own .. 'held', vd.name)
  end
  vd.st, vd.tag, vd.turn = st, tag, turn
  if st == READY then
    put(q, 'ready', turn, tag)
  elseif st == CAPPED then
    put(q, 'capped', turn, tag)
  elseif st == IDLE then
    if vd.f <= q.v then
      vd.gone, vd.st = true, OFF
    else
      q.idles = q.idles + call('ZADD', q.own .. 'idle', tag, vd.name)
    end
  elseif turn then
    call('SADD', q.own .. 'held', vd.name)
  end
end

local function advance(q, v)
  q.dirty = true
  q.v = max(q.v, v)
  if q.idles == 0 then return end
  for _, name in ipairs(call('ZRANGEBYSCORE', q.own .. 'idle', '-inf', q.v, 'LIMIT', 0, 100)) do
    q.idles = q.idles - call('ZREM', q.own .. 'idle', name)
    local vd = vendor_at(q, name)
    vd.gone, vd.dirty, vd.st = true, true, OFF
  end
end

local function end_busy_period(q)
  if q.running > 0 then return end
  apply(q)
  if call('EXISTS', q.own .. 'ready', q.own .. 'capped') == 0 then advance(q, q.fmax) end
end

-- So many jobs of vendors without a cap run no more.
local function ended_uncapped(q, count)
  q.running, q.dirty = max(0, q.running - count), true
  end_busy_period(q)
end

local function ended(q, vd, count)
  if vd.cap == 0 then return ended_uncapped(q, count) end
  count = min(count, vd.run)
  if count == 0 then return end
  q.dirty = true
  vd.run, q.running = vd.run - count, q.running - count
  settle(q, vd)
  end_busy_period(q)
end

-- The charge for a job: none where it was taken before and paid for.
local function charge_of(vd, cost, taken_before)
  if taken_before then return 0 end
  local charge = (cost and tonumber(cost) or 1) / vd.w
  if charge < 1e-6 then return 1e-6 end
  return charge > 1e6 and 1e6 or charge
end

-- The vendor's next `count` jobs are taken, at `each`, says arithmetic alone: settle() and advance() follow. The last one's
-- start tag.
local function charge(q, vd, count, each)
  local start = vd.f > q.v and vd.f or q.v
  if each > 0 then
    for _ = 2, count do start = start + each end
    vd.f = start + each
    if vd.f > q.fmax then q.fmax = vd.f end
  end
  vd.n = vd.n - count
  if vd.cap > 0 then vd.run = vd.run + count end
  q.waiting, q.running = q.waiting - count, q.running + count
  q.dirty, vd.dirty = true, true
  return start
end
