-- steps: queue, due jobs made waiting at most, word for a cancelled job, how long a key is kept (ms), whether every event
-- is told ('1' in a cluster), token of what is claimed; then the steps that callers asked for meanwhile. Those next to each other that are of one
-- kind and one length are a group: kind, how many, words of each, then all their words; claims are last. Answers one reply
-- for each step, 8_steps_claim.lua's for claims, and the queues that were told.
begin_steps()
local groups, named, vendors = {}, {}, {}
do
  local at, length = 11, #ARGV
  while at <= length do
    local kind, count, width = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    groups[#groups + 1] = {kind = kind, count = count, width = width, at = at + 3}
    local to = at + 2 + count * width
    if OF_LEASE[kind] then
      for i = at + 3, to, width do named[#named + 1] = ARGV[i] end
    elseif kind == 'add' then
      for i = at + 3, to, width do
        if ARGV[i] ~= vendors[#vendors] then vendors[#vendors + 1] = ARGV[i] end
      end
    end
    at = to + 1
  end
end
if #named > 0 then
  local packed = call('HMGET', q.own .. 'leases', unpack(named))
  for i = 1, #named do leases_now[named[i]] = packed[i] or nil end
end
load_vendors(q, vendors)
for _, group in ipairs(groups) do KINDS[group.kind](group.at, group.count, group.width) end
write_ended()
answers[#answers + 1] = finish_step()
return answers
