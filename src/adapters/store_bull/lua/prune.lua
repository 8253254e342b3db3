-- parts: words
-- prune: queue, state, ended before (ms), newest kept, most, how far by number.
local base, state = PREFIX .. ':' .. ARGV[5] .. ':', ARGV[6]
local before, keep, most, span = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local pruned = 0
local function forget_ended(id)
  call('ZREM', base .. state, id)
  call('DEL', base .. id, base .. id .. ':logs')
  pruned = pruned + 1
end
local excess = call('ZCARD', base .. state) - keep
if excess > 0 then
  -- The oldest by number among those that ended first.
  local ids = call('ZRANGE', base .. state, 0, min(excess, most) + span)
  table.sort(ids, function(a, b) return (tonumber(a) or 0) < (tonumber(b) or 0) end)
  for i = 1, min(excess, most) do forget_ended(ids[i]) end
end
if pruned < most then
  for _, id in ipairs(call('ZRANGEBYSCORE', base .. state, '-inf', '(' .. before, 'LIMIT', 0, most - pruned)) do
    forget_ended(id)
  end
end
return pruned
