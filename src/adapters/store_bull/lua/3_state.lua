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

-- What is so of most vendors needs no place in their records: `share` and lines of another kind are at a record's end.
local USUAL = {__index = {w = 1, cap = 0, run = 0, hard = false, paused = false, plain = true, sorted = false, dirty = false,
                          gone = false, last = false, fresh = false}}
local function vendor_from(q, name, packed)
  local f, n, st, tag, turn, k, p, fed, fed_as, fed_next, plain, sorted, run, w, cap, hard, paused = 0, 0, OFF, 0, false, 0, 0,
    false, false, false
  if packed then
    f, n, st, tag, turn, k, p, fed, fed_as, fed_next, plain, sorted, run, w, cap, hard, paused = cmsgpack.unpack(packed)
  end
  -- All at once, and few: a table that grows is made anew each time it has twice as many.
  local vd = {f = f, n = n, st = st, tag = tag, turn = turn, k = k, p = p, fed = fed, fed_as = fed_as, next = fed_next,
              fed_next = fed_next, name = name, head = turn, line = q.own .. 'line:' .. name}
  if plain ~= nil then
    vd.plain, vd.sorted, vd.run, vd.w, vd.cap, vd.hard, vd.paused = plain, sorted, run, w, cap, hard, paused
  end
  q.vendors[name] = setmetatable(vd, USUAL)
  return vd
end

local function packed_vendor(vd)
  if vd.plain and not vd.sorted and vd.w == 1 and vd.cap == 0 and not vd.hard and not vd.paused then
    return cmsgpack.pack(vd.f, vd.n, vd.st, vd.tag, vd.turn, vd.k, vd.p, vd.fed, vd.fed_as, vd.fed_next)
  end
  return cmsgpack.pack(vd.f, vd.n, vd.st, vd.tag, vd.turn, vd.k, vd.p, vd.fed, vd.fed_as, vd.fed_next, vd.plain, vd.sorted,
                       vd.run, vd.w, vd.cap, vd.hard, vd.paused)
end

local function vendor_at(q, name)
  return q.vendors[name] or vendor_from(q, name, call('GET', q.own .. 'vendor:' .. name))
end

-- Reads vendors that will be asked for, in one go.
local function load_vendors(q, names)
  local missing, keys, is_named = {}, {}, {}
  for _, name in ipairs(names) do
    if not q.vendors[name] and not is_named[name] then
      is_named[name] = true
      missing[#missing + 1], keys[#keys + 1] = name, q.own .. 'vendor:' .. name
    end
  end
  if #keys < 2 then return end
  for i, packed in ipairs(call('MGET', unpack(keys))) do vendor_from(q, missing[i], packed) end
end

local function save_vendors(q)
  local kept, gone = {}, {}
  for name, vd in pairs(q.vendors) do
    lay(vd)
    if vd.dirty and vd.gone then
      gone[#gone + 1] = q.own .. 'vendor:' .. name
    elseif vd.dirty then
      kept[#kept + 1] = q.own .. 'vendor:' .. name
      kept[#kept + 1] = packed_vendor(vd)
    end
  end
  for from = 1, #kept, 2000 do call('MSET', unpack(kept, from, min(from + 1999, #kept))) end
  for from = 1, #gone, 1000 do call('DEL', unpack(gone, from, min(from + 999, #gone))) end
end

-- The zsets of vendors change with every step; what becomes of a member is kept in mind until one is read, or the call
-- ends: then apply().
local function put(q, set, member, score) q.changes[set][member] = score end
local function drop(q, set, member) q.changes[set][member] = false end
local function apply(q)
  for set, changes in pairs(q.changes) do
    if next(changes) then
      local gone, new = {}, {}
      for member, score in pairs(changes) do
        if score then
          new[#new + 1] = score
          new[#new + 1] = member
        else
          gone[#gone + 1] = member
        end
      end
      for from = 1, #gone, 1000 do call('ZREM', q.own .. set, unpack(gone, from, min(from + 999, #gone))) end
      for from = 1, #new, 1000 do call('ZADD', q.own .. set, unpack(new, from, min(from + 999, #new))) end
      q.changes[set] = {}
    end
  end
end

-- The place of a job among all of its queue; its id where that is a number.
local function seq_of(q, id)
  return tonumber(call('HGET', q.base .. id, 'seq') or id)
end
