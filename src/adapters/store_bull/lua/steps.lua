-- steps: queue, due jobs made waiting at most, word for a cancelled job, how long a key is kept (ms), whether every event
-- is told ('1' in a cluster); then the steps that callers asked for meanwhile. Those next to each other that are of one
-- kind, one time and one length are a group: kind, now (ms), how many, words of each, then all their words; claims are
-- last. Answers one reply for each step, claim_all()'s for claims, and the queues that were told.
begin_steps()
local groups, named, vendors = {}, {}, {}
do
  local at, length = 10, #ARGV
  while at <= length do
    local kind, count, width = ARGV[at], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local group = {kind = kind, now = ARGV[at + 1], count = count, width = width, at = at + 4}
    groups[#groups + 1] = group
    at = at + 4 + count * width
    if OF_LEASE[kind] then
      for i = group.at, at - 1, width do named[#named + 1] = ARGV[i] end
    elseif kind == 'add' then
      for i = group.at, at - 1, width do vendors[#vendors + 1] = ARGV[i] end
    end
  end
end
if #named > 0 then
  local packed = call('HMGET', q.own .. 'leases', unpack(named))
  for i = 1, #named do leases_now[named[i]] = packed[i] or nil end
end
load_vendors(q, vendors)
for _, group in ipairs(groups) do
  local kind, at, count, width = group.kind, group.at, group.count, group.width
  NOW_TEXT = group.now
  NOW = tonumber(NOW_TEXT)
  if kind == 'complete' then
    complete_all(at, count, width)
  elseif kind == 'claim' then
    for i = at, at + (count - 1) * width, width do claims[#claims + 1] = i end
    if width > 2 then limiter = {max = tonumber(ARGV[at + 2]), duration = ARGV[at + 3]} end
  else
    local step = KINDS[kind]
    for i = at, at + (count - 1) * width, width do answers[#answers + 1] = step(i, width) end
  end
end
write_ended()
claim_all()
answers[#answers + 1] = finish_step()
return answers
