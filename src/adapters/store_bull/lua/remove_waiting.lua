-- remove_waiting: queue, vendor (or ''), most.
local vendor, most = ARGV[6], tonumber(ARGV[7])
if call('SISMEMBER', ROOT .. 'queues', ARGV[5]) == 0 then return {0, {}} end
local q = queue_at(ARGV[5])
local vendors = {vendor}
if vendor == '' then
  apply(q)
  vendors = call('SMEMBERS', q.own .. 'held')
  for _, set in ipairs({'ready', 'capped'}) do
    for _, turn in ipairs(call('ZRANGE', q.own .. set, 0, -1)) do vendors[#vendors + 1] = sub(turn, 17) end
  end
end
local found = {}
for _, name in ipairs(vendors) do
  for _, id in ipairs((slice(vendor_at(q, name), 0, -1))) do found[#found + 1] = id end
end
table.sort(found, function(a, b) return (tonumber(a) or 0) > (tonumber(b) or 0) end)
local count = min(#found, most)
for i = 1, count do
  local job = job_at(q, found[i])
  forget(q, found[i], job, 'waiting')
  if job.batch then
    batch_add(job.batch, 'removed', 1)
    close_if_done(job.batch, NOW)
  end
end
return {count, finish_step()}
