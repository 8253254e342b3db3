-- Queues and vendors as this call has read them.

-- Who listens to the queue's events, asked once. A call costs more than to tell nobody, so what happens to every job is
-- told only where somebody hears it; a step that never asks tells in any case. Our own stores listen by OWN_PATTERNS
-- patterns each, the same ones, and need no word of each job: one of each script does, in `work`.
local OWN_PATTERNS = 5  -- As in listeners.cpp.
local function listeners_of(q)
  if q.heard then return q.heard end
  local by_name = call('PUBSUB', 'NUMSUB', q.base .. 'completed', q.base .. 'progress', ROOT .. 'work')
  local fleet = by_name[6] > 0
  local all = TELLS_ALL or call('PUBSUB', 'NUMPAT') > (fleet and OWN_PATTERNS or 0)
  q.heard = {all = all, fleet = fleet, completed = all or by_name[2] > 0, progress = all or by_name[4] > 0}
  return q.heard
end

local function tell_waiting(q, id)
  if listeners_of(q).all then
    call('PUBLISH', q.waiting_channel, id)
  else
    q.hushed = true
  end
end

local function vendor_at(q, name)
  local vd = q.vendors[name]
  if vd then return vd end
  local packed = call('GET', q.own .. 'vendor:' .. name)
  if packed then
    local t = cmsgpack.unpack(packed)
    vd = {f = t[1], run = t[2], n = t[3], w = t[4], cap = t[5], hard = t[6], paused = t[7], st = t[8], tag = t[9],
          turn = t[10], k = t[11], p = t[12], fed = t[13], plain = t[14],
          ranked = t[15]}
  else
    vd = {f = 0, run = 0, n = 0, w = 1, cap = 0, hard = false, paused = false, st = OFF, tag = 0, turn = false, k = 0,
          p = 0, fed = false, plain = true, ranked = false}
  end
  vd.name, vd.head, vd.fresh = name, vd.turn, {}
  vd.line = q.own .. 'line:' .. name
  q.vendors[name] = vd
  return vd
end

local function save_vendor(q, vd)
  if vd.gone then
    call('DEL', q.own .. 'vendor:' .. vd.name)
  else
    call('SET', q.own .. 'vendor:' .. vd.name,
         cmsgpack.pack({vd.f, vd.run, vd.n, vd.w, vd.cap, vd.hard, vd.paused, vd.st, vd.tag, vd.turn, vd.k, vd.p,
                        vd.fed, vd.plain, vd.ranked}))
  end
end

-- What place() left to be added to the line in one go: to be called before the line is looked at.
local function lay(vd)
  if #vd.fresh == 0 then return end
  call('ZADD', vd.line, unpack(vd.fresh))
  vd.fresh = {}
end

-- The place of a job among all of its queue; its id where that is a number.
local function seq_of(q, id)
  return tonumber(call('HGET', q.base .. id, 'seq') or id)
end
local function member_of(seq, id) return fmt('%016.0f', seq) .. id end
