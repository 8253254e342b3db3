-- fsck_jobs: queue, ids. What is wrong with where these jobs are: id, word, detail for each finding. Changes nothing but
-- what every step does, taking in what others did; and not even that where no step of ours has seen the queue.
local name = ARGV[5]
local base = PREFIX .. ':' .. name .. ':'
local own = 'cutroom:' .. base
if call('EXISTS', own .. 'fair') == 1 then
  queue_at(name)
  finish_step()
end
local listed = {wait = {}, paused = {}, active = {}}
for list, counts in pairs(listed) do
  for _, id in ipairs(call('LRANGE', base .. list, 0, -1)) do counts[id] = (counts[id] or 0) + 1 end
end
local findings, lines = {}, {}
-- Each line is read once: to look for one job after the other takes longer.
local function is_waiting(vendor, id)
  if not lines[vendor] then
    local key, ids = own .. 'line:' .. vendor, {}
    if call('TYPE', key).ok == 'list' then
      for _, word in ipairs(call('LRANGE', key, 0, -1)) do ids[read_word(word)] = true end
    else
      for _, each in ipairs(call('ZRANGE', key, 0, -1)) do ids[each] = true end
    end
    lines[vendor] = ids
  end
  return lines[vendor][id]
end

local function check(id)
  local function found(word, detail)
    findings[#findings + 1], findings[#findings + 2], findings[#findings + 3] = id, word, detail or ''
  end
  local key = base .. id
  local kind = call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then return end  -- One of Bull's own keys.
  local job = call('HMGET', key, 'name', 'data', 'vendor', 'finishedOn')
  local scores = {}
  for _, set in ipairs({'delayed', 'completed', 'failed'}) do scores[set] = call('ZSCORE', base .. set, id) end
  local vendor = job[3]
  local wait, paused, active = listed.wait[id] or 0, listed.paused[id] or 0, listed.active[id] or 0
  local in_line = vendor and is_waiting(vendor, id)
  local lock, lease = call('GET', key .. ':lock'), call('HGET', own .. 'leases', id)
  local places = {}
  if wait + paused > 0 or in_line then places[1] = 'waiting' end
  if active > 0 then places[#places + 1] = 'active' end
  for set, score in pairs(scores) do
    if score then places[#places + 1] = set end
  end
  table.sort(places)
  local is_job = job[1] or job[2]
  if is_job then
    if #places == 0 then found('lost') end
    if #places > 1 then found('in_several_places', table.concat(places, ', ')) end
  elseif kind == 'hash' then
    found('no_job', 'the hash holds neither name nor data')
  elseif #places > 0 then
    found('ghost', table.concat(places, ', '))
  end
  if wait + paused > 1 or active > 1 then found('listed_twice') end
  if active > 0 and not lock and not lease then found('unlocked') end
  if active == 0 and lock then found('stray_lock') end
  if active == 0 and lease then found('stray_lease') end
  if wait + paused == 0 and call('ZSCORE', base .. 'priority', id) then found('stray_priority') end
  if kind == 'none' and call('EXISTS', key .. ':logs') == 1 then found('stray_log') end
  local ended = scores.completed or scores.failed
  if is_job and tonumber(ended or 0) ~= tonumber(job[4] or 0) then
    found('finished_on', (job[4] or 'none') .. ' in the hash, ' .. (ended or 'none') .. ' in the set')
  end
end

for i = 6, #ARGV do check(ARGV[i]) end
return findings
