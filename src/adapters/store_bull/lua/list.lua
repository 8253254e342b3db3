-- list: queue, state, vendor, project, batch, since, until (each may be ''), older than (or ''), most, span.
local queue, state, vendor, project, batch = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local since, before, cursor = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local most, span = tonumber(ARGV[13]), tonumber(ARGV[14])
local names = queue ~= '' and {queue} or call('SMEMBERS', ROOT .. 'queues')
if not cursor or STRIDE > 1 then
  local last = tonumber(call('GET', ROOT .. 'id') or 0)
  for _, name in ipairs(names) do last = max(last, tonumber(call('GET', PREFIX .. ':' .. name .. ':id') or 0)) end
  cursor = min(cursor or math.huge, last + 1)
end
-- Where queues are spread the numbers between are others', unless Bull's producers count here, too.
local step = 1
if STRIDE > 1 and names[1] and call('GET', PREFIX .. ':' .. names[1] .. ':id') == call('GET', ROOT .. 'id') and
    call('EXISTS', ROOT .. 'counted') == 0 then
  step = STRIDE
  cursor = cursor - 1 - (cursor - 1 - PLACE) % STRIDE + STRIDE
end
local lowest, found, at = max(step, cursor - span * step), {}, cursor
while at > lowest and #found < most do
  at = at - step
  local id = int(at)
  for _, name in ipairs(names) do
    local job = call('HMGET', PREFIX .. ':' .. name .. ':' .. id, 'data', 'vendor', 'project', 'batch', 'timestamp')
    if job[1] and (vendor == '' or job[2] == vendor) and (project == '' or job[3] == project) and
        (batch == '' or job[4] == batch) and (not since or tonumber(job[5]) >= since) and
        (not before or tonumber(job[5]) < before) then
      local it = view(queue_at(name), id)
      if state == '' or it[3] == state then found[#found + 1] = it end
    end
  end
end
finish_step()
return {at > step and int(at) or '', found}
