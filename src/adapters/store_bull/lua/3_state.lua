-- What this call knows of a queue beside its vendors.

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
          new[#new + 1] = score_of(score)
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
