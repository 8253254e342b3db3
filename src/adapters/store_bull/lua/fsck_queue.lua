-- fsck_queue: queue, whether to mend, names of vendors that have keys. Whether the store's own keys agree with each other
-- and with Bull's lists: a word and a detail for each finding. They can all be made anew from the lines and leases.
local name, is_mending = ARGV[5], ARGV[6] == '1'
local base = PREFIX .. ':' .. name .. ':'
local findings = {}
local function found(word, detail) findings[#findings + 1], findings[#findings + 2] = word, detail end

if call('EXISTS', base .. 'meta-paused') ~= call('HEXISTS', base .. 'meta', 'paused') then
  found('paused', 'meta-paused and the field of meta disagree')
  if is_mending then
    if call('EXISTS', base .. 'meta-paused') == 1 then
      call('HSET', base .. 'meta', 'paused', 1)
    else
      call('HDEL', base .. 'meta', 'paused')
    end
  end
end
if call('EXISTS', 'cutroom:' .. base .. 'fair') == 0 then return findings end

local q = queue_at(name)
if q.dirty and q.waiting > q.size or q.is_fed then refill(q) end
apply(q)
local own, running, in_window, names = q.own, {}, {}, {}
local function length_of(vd) return call(vd.sorted and 'ZCARD' or 'LLEN', vd.line) end
for i = 7, #ARGV do names[ARGV[i]] = true end
-- And those that have come since.
for vendor in pairs(q.vendors) do names[vendor] = true end
for _, vendor in ipairs(call('SMEMBERS', own .. 'held')) do names[vendor] = true end
for _, set in ipairs({'ready', 'capped'}) do
  for _, turn in ipairs(call('ZRANGE', own .. set, 0, -1)) do names[sub(turn, 17)] = true end
end
local leases = call('HGETALL', own .. 'leases')
for i = 2, #leases, 2 do
  local vendor = lease_from(leases[i]).vendor
  running[vendor], names[vendor] = (running[vendor] or 0) + 1, true
end
for _, vendor in ipairs(call('HVALS', own .. 'abroad')) do
  running[vendor], names[vendor] = (running[vendor] or 0) + 1, true
end
local window = call('ZRANGE', own .. 'window', 0, -1)
local listed = call('LRANGE', q.list, -max(1, #window), -1)
local is_in_order = #window == 0 or #listed == #window
for i, member in ipairs(window) do
  local id = sub(member, 17)
  is_in_order = is_in_order and listed[#listed + 1 - i] == id
  local vendor = call('HGET', base .. id, 'vendor') or ''
  in_window[vendor] = (in_window[vendor] or 0) + 1
end
if not is_in_order then found('window', 'the right end of the list is another than the window') end
if q.size ~= #window then found('window', 'counted ' .. q.size .. ', holds ' .. #window) end

local waiting, all_running = 0, 0
for vendor in pairs(names) do
  local vd = vendor_at(q, vendor)
  lay(vd)
  vd.sorted = call('TYPE', vd.line).ok == 'zset'
  local line = length_of(vd)
  waiting, all_running = waiting + line, all_running + (running[vendor] or 0)
  local function differs(what, counted, is)
    if counted ~= is then found('vendor', vendor .. ': ' .. what .. ' counted ' .. counted .. ', are ' .. is) end
  end
  differs('waiting', vd.n, line)
  if vd.cap > 0 then differs('running', vd.run, running[vendor] or 0) end
  differs('in the window', vd.k, in_window[vendor] or 0)
  local st = standing_of(vd)
  local sets = {[READY] = 'ready', [CAPPED] = 'capped', [IDLE] = 'idle'}
  for standing, set in pairs(sets) do
    local member = standing == IDLE and vendor or vd.turn
    local is_there = member and call('ZSCORE', own .. set, member) and true or false
    -- One that is idle may have been forgotten.
    if is_there ~= (standing == st) and not (standing == IDLE and st == IDLE) then
      found('vendor', vendor .. (is_there and ': is in ' or ': is not in ') .. set)
    end
  end
  if vd.n > 0 and vd.turn and vd.n == line then
    local _, seqs = slice(vd, 0, 0)
    if vd.turn ~= fmt('%016.0f', seqs[1]) .. vendor then found('vendor', vendor .. ': its first job is another') end
  end
  local is_fed = vd.fed_as and call('ZSCORE', own .. 'feed', vd.fed_as) and true or false
  if is_fed ~= (vd.k < vd.n and vd.k < allowed(vd)) then
    found('vendor', vendor .. (is_fed and ': is in feed' or ': is not in feed'))
  end
end
if q.waiting ~= waiting then found('waiting', 'counted ' .. q.waiting .. ', are ' .. waiting) end
if q.running ~= all_running then found('running', 'counted ' .. q.running .. ', are ' .. all_running) end

if is_mending then
  local ours = {}
  for _, member in ipairs(window) do ours[sub(member, 17)] = true end
  for vendor in pairs(names) do
    for _, id in ipairs((slice(vendor_at(q, vendor), 0, -1))) do ours[id] = true end
  end
  local others = {}
  for _, id in ipairs(call('LRANGE', q.list, 0, -1)) do
    if not ours[id] then others[#others + 1] = id end
  end
  for _, changes in pairs(q.changes) do
    for member in pairs(changes) do changes[member] = nil end
  end
  call('DEL', q.list, own .. 'window', own .. 'feed', own .. 'ready', own .. 'capped', own .. 'held', own .. 'idle')
  q.size, q.idles, q.waiting, q.running = 0, 0, waiting, all_running
  for vendor in pairs(names) do
    local vd = vendor_at(q, vendor)
    vd.n, vd.run, vd.k = length_of(vd), running[vendor] or 0, 0
    vd.st, vd.turn, vd.fed, vd.fed_as, vd.fed_next, vd.next, vd.plain, vd.dirty =
      OFF, false, false, false, false, false, false, true
    forget_head(vd)
  end
  for vendor in pairs(names) do
    settle(q, vendor_at(q, vendor))
    feed(q, vendor_at(q, vendor))
  end
  q.dirty, q.is_fed = true, true
  refill(q)
  for i = #others, 1, -1 do take_in(q, others[i]) end
  told[q.name] = true
end
finish_step()
return findings
