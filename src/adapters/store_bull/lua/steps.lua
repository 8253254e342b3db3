-- steps: queue, due jobs made waiting at most, word for a cancelled job, how long a key is kept (ms), whether every event
-- is told ('1' in a cluster); then the steps that callers asked for meanwhile, each as its kind, now (ms), the number of its words, and these. Answers one reply
-- for each, and the queues that were told.
begin_steps()
local steps, named, vendors = {}, {}, {}
do
  local at = 10
  while ARGV[at] do
    steps[#steps + 1] = at
    if of_lease[ARGV[at]] then named[#named + 1] = ARGV[at + 3] elseif ARGV[at] == 'add' then vendors[#vendors + 1] = ARGV[at + 3] end
    at = at + 3 + tonumber(ARGV[at + 2])
  end
end
if #named > 0 then
  local packed = call('HMGET', q.own .. 'leases', unpack(named))
  for i, id in ipairs(named) do
    local lease = packed[i] and lease_from(packed[i])
    leases_now[id] = lease or nil
    if lease then vendors[#vendors + 1] = lease.vendor end
  end
end
load_vendors(q, vendors)
for count, at in ipairs(steps) do
  NOW_TEXT = ARGV[at + 1]
  NOW = tonumber(NOW_TEXT)
  if ARGV[at] == 'claim' then
    claims.first = claims.first or count
    claims[#claims + 1] = at + 3
    if ARGV[at + 2] == '5' then limiter = {max = tonumber(ARGV[at + 6]), duration = ARGV[at + 7]} end
  else
    answers[count] = kinds[ARGV[at]](at + 3)
  end
end
write_ended()
claim_all()
local names = finish_step()
answers[#steps + 1] = names
return answers
