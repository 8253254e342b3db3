-- `wait` (or `paused`) as every Bull worker sees it: the next jobs in fair order, right end first, at most WINDOW of
-- them. The window foresees the order; who claims through this store gets it exactly.
--
-- Of each vendor the first k jobs of its line are in the window.

-- How many of its jobs others may take now.
local function allowed(vd)
  if vd.paused then return 0 end
  if vd.cap == 0 then return vd.n end
  return max(0, vd.cap - vd.run)
end

local function feed(q, vd)
  if vd.k < vd.n and vd.k < allowed(vd) then
    local tag = vd.k == 0 and vd.f or vd.p
    if vd.fed ~= tag then
      if not vd.fed or tag < vd.fed then q.is_fed = true end
      call('ZADD', q.own .. 'feed', num(tag), vd.name)
      vd.fed, vd.dirty = tag, true
    end
  elseif vd.fed then
    call('ZREM', q.own .. 'feed', vd.name)
    vd.fed, vd.dirty = false, true
  end
end

local function take_out(q, vd, id, seq)
  if call('ZREM', q.own .. 'window', member_of(seq, id)) == 0 then return end
  call('LREM', q.list, -1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
end

-- In one go, where they stand at the right end in this order, as is usual.
local function take_out_first(q, ids, members)
  local count = call('ZREM', q.own .. 'window', unpack(members))
  if count == 0 then return end
  local listed, same = call('LRANGE', q.list, -count, -1), count == #ids
  for i = 1, count do same = same and listed[count + 1 - i] == ids[i] end
  if same then
    call('LTRIM', q.list, 0, -count - 1)
  else
    for _, id in ipairs(ids) do call('LREM', q.list, -1, id) end
  end
  q.size, q.dirty = q.size - count, true
end

local function put_in(q, vd, id, seq, tag, priority)
  local window = q.own .. 'window'
  local member = member_of(seq, id)
  call('ZADD', window, num(tag), member)
  local rank = q.size > 0 and call('ZRANK', window, member) or 0
  if rank == q.size and not q.foreign then
    call('LPUSH', q.list, id)
  elseif rank == 0 then
    call('RPUSH', q.list, id)
  else
    call('LINSERT', q.list, 'BEFORE', sub(call('ZRANGE', window, rank - 1, rank - 1)[1], 17), id)
  end
  if priority and priority ~= '0' then call('ZADD', q.base .. 'priority', priority, id) end
  q.size, vd.k = q.size + 1, vd.k + 1
  q.dirty, vd.dirty = true, true
end

-- A job in the vendor's line whose hash others have deleted.
local function drop_ghost(q, vd, id)
  lay(vd)
  call('ZREM', vd.line, id)
  call('ZREM', q.base .. 'priority', id)
  vd.n, q.waiting = vd.n - 1, q.waiting - 1
  vd.dirty, q.dirty, q.ghosts = true, true, q.ghosts + 1
  forget_head(vd)
  settle(q, vd)
  end_busy_period(q)
  feed(q, vd)
end

-- The vendor of the window's last job gives its last place there back to those who wait outside.
local function evict(q, last)
  local vd = vendor_at(q, call('HGET', q.base .. sub(last, 17), 'vendor'))
  lay(vd)
  local out = call('ZRANGE', vd.line, vd.k - 1, vd.k - 1, 'WITHSCORES')
  local id, member = out[1], member_of(tonumber(out[2]) % RANK, out[1])
  vd.p = tonumber(call('ZSCORE', q.own .. 'window', member))
  call('ZREM', q.own .. 'window', member)
  call('LREM', q.list, 1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
  feed(q, vd)
end

local SLICE = 100

-- The vendor's next jobs for the window, as a queue in memory.
local function slice_of(q, vd, room)
  lay(vd)
  local jobs = call('ZRANGE', vd.line, vd.k, vd.k + min(room, SLICE) - 1, 'WITHSCORES')
  local keys = {}
  for i = 1, #jobs, 2 do keys[#keys + 1] = q.base .. jobs[i] end
  if #keys > 0 and call('EXISTS', unpack(keys)) < #keys then
    -- Others have deleted some.
    for i, key in ipairs(keys) do
      if call('EXISTS', key) == 0 then drop_ghost(q, vd, jobs[2 * i - 1]) end
    end
    return slice_of(q, vd, room)
  end
  return {vd = vd, jobs = jobs, at = 1,
          tag = max(q.v, vd.k == 0 and vd.f or vd.p)}
end
local function before(a, b)
  if a.tag ~= b.tag then return a.tag < b.tag end
  return a.seq < b.seq
end
-- Keeps a sorted list so, where its first has become later than it was.
local function sink(list)
  local first, at = list[1], 1
  while list[at + 1] and before(list[at + 1], first) do
    list[at] = list[at + 1]
    at = at + 1
  end
  list[at] = first
end

-- Brings up to `room` jobs into the window, the next in order of all that wait outside.
local function bring_in(q, room)
  local names, turns = call('ZRANGE', q.own .. 'feed', 0, min(room, SLICE) - 1), {}
  if #names == 0 then return 0 end
  for _, name in ipairs(names) do
    local turn = slice_of(q, vendor_at(q, name), room)
    if turn.jobs[1] then
      turn.seq = tonumber(turn.jobs[2]) % RANK
      turns[#turns + 1] = turn
    else
      call('ZREM', q.own .. 'feed', name)
    end
  end
  table.sort(turns, before)
  local entries, touched = {}, {}
  while turns[1] and #entries < room do
    local turn = turns[1]
    local vd, id = turn.vd, turn.jobs[turn.at]
    local cost, taken_before, priority
    if not vd.plain then
      local job = call('HMGET', q.base .. id, 'cost', 'processedOn', 'priority')
      cost, taken_before, priority = job[1], job[2], job[3]
    end
    entries[#entries + 1] = {tag = turn.tag, seq = turn.seq, id = id, priority = priority, vd = vd}
    vd.p = turn.tag + charge_of(vd, cost, taken_before)
    vd.k, touched[vd] = vd.k + 1, true
    turn.at = turn.at + 2
    if turn.jobs[turn.at] and vd.k < allowed(vd) then
      turn.tag, turn.seq = vd.p, tonumber(turn.jobs[turn.at + 1]) % RANK
      sink(turns)
    elseif vd.k < vd.n and vd.k < allowed(vd) then
      break  -- The slice is used up; the next call goes on.
    else
      table.remove(turns, 1)
    end
  end
  table.sort(entries, before)
  local last = q.size > 0 and call('ZREVRANGE', q.own .. 'window', 0, 0, 'WITHSCORES')
  local scores, ids = {}, {}
  for _, entry in ipairs(entries) do
    local member = member_of(entry.seq, entry.id)
    if q.foreign or last and (entry.tag < tonumber(last[2]) or entry.tag == tonumber(last[2]) and member < last[1]) then
      entry.vd.k = entry.vd.k - 1
      put_in(q, entry.vd, entry.id, entry.seq, entry.tag, nil)
    else
      scores[#scores + 1], scores[#scores + 2] = num(entry.tag), member
      ids[#ids + 1] = entry.id
    end
    if entry.priority and entry.priority ~= '0' then call('ZADD', q.base .. 'priority', entry.priority, entry.id) end
  end
  if #ids > 0 then
    call('ZADD', q.own .. 'window', unpack(scores))
    call('LPUSH', q.list, unpack(ids))
    q.size = q.size + #ids
  end
  for vd in pairs(touched) do
    vd.dirty = true
    feed(q, vd)
  end
  q.dirty = true
  return #entries
end

local function refill(q)
  while q.size < WINDOW do
    -- unpack() has room for some thousand words.
    if bring_in(q, min(WINDOW - q.size, 1000)) == 0 then break end
  end
  while q.size > WINDOW do evict(q, call('ZREVRANGE', q.own .. 'window', 0, 0)[1]) end
  -- A vendor that comes with an earlier tag than the window's last gets that one's place.
  while q.is_fed and q.size == WINDOW do
    local next = call('ZRANGE', q.own .. 'feed', 0, 0, 'WITHSCORES')
    local last = call('ZREVRANGE', q.own .. 'window', 0, 0, 'WITHSCORES')
    if not next[1] or max(q.v, tonumber(next[2])) >= tonumber(last[2]) then break end
    evict(q, last[1])
    bring_in(q, 1)
  end
  q.is_fed = false
  -- Where nobody else waits an elastic cap doesn't bind.
  if q.size == 0 and q.waiting > 0 then
    local turn = call('ZRANGE', q.own .. 'capped', 0, 0)[1]
    if turn then
      local vd = vendor_at(q, sub(turn, 17))
      lay(vd)
      local first = call('ZRANGE', vd.line, 0, 0, 'WITHSCORES')
      put_in(q, vd, first[1], tonumber(first[2]) % RANK, max(q.v, vd.f), call('HGET', q.base .. first[1], 'priority'))
      vd.p = max(q.v, vd.f)
    end
  end
end

-- After the vendor's share or the number of its running jobs has changed.
local function fit(q, vd)
  local most = min(vd.n, allowed(vd))
  if vd.k > most then
    lay(vd)
    local out = call('ZRANGE', vd.line, most, vd.k - 1, 'WITHSCORES')
    for i = #out - 1, 1, -2 do
      local seq = tonumber(out[i + 1]) % RANK
      vd.p = tonumber(call('ZSCORE', q.own .. 'window', member_of(seq, out[i])) or vd.p)
      take_out(q, vd, out[i], seq)
    end
  end
  feed(q, vd)
end

-- The job comes, at place `at` of its vendor's line, before one that is in the window: between the tags of its neighbours
-- there, so that the vendor's jobs stay in the order of the line.
local function put_between(q, vd, id, seq, at)
  local from = max(0, at - 1)
  local line, window = call('ZRANGE', vd.line, from, at + 1, 'WITHSCORES'), q.own .. 'window'
  local function tag_of(i) return tonumber(call('ZSCORE', window, member_of(tonumber(line[i + 1]) % RANK, line[i]))) end
  local behind = tag_of(#line - 1) or q.v
  local ahead = at > 0 and tag_of(1)
  local tag = ahead and (ahead + behind) / 2 or behind - 1e-6
  if tag < behind and (not ahead or ahead < tag) then
    put_in(q, vd, id, seq, tag, call('HGET', q.base .. id, 'priority'))
    return
  end
  -- No number is between them: those behind leave, and come back in the order of the line.
  local out = call('ZRANGE', vd.line, at + 1, vd.k, 'WITHSCORES')
  for i = #out - 1, 1, -2 do take_out(q, vd, out[i], tonumber(out[i + 1]) % RANK) end
  vd.p = ahead or q.v
end

-- A job begins to wait; `again` where it may go to an older place than the last. `costs_one`: it is fresh, too. `score`: its
-- place as text, where the caller has it.
local function place(q, id, vendor, seq, rank, again, costs_one, score)
  local vd = vendor_at(q, vendor)
  if #vd.fresh > 1000 then lay(vd) end
  local fresh = vd.fresh
  local last = #fresh
  if vd.last then vd.last = max(vd.last, seq - rank * RANK) end
  fresh[last + 1], fresh[last + 2] = score or int(seq - rank * RANK), id
  if rank ~= 0 or again then vd.plain, vd.ranked = false, true end
  if not costs_one then vd.plain = false end
  vd.n, q.waiting = vd.n + 1, q.waiting + 1
  vd.dirty, q.dirty, vd.gone = true, true, false
  told[q.name] = true
  local at = vd.n - 1
  if vd.ranked then
    lay(vd)
    at = call('ZRANK', vd.line, id)
  end
  if at == 0 then
    vd.head = fmt('%016.0f', seq) .. vendor
    settle(q, vd)
  end
  if at < vd.k then
    put_between(q, vd, id, seq, at)
  end
  feed(q, vd)
end

-- A waiting job goes away unclaimed; false where it isn't in a line.
local function withdraw(q, id, vendor)
  local vd = vendor_at(q, vendor)
  local seq = seq_of(q, id)
  lay(vd)
  if call('ZREM', vd.line, id) == 0 then return false end
  take_out(q, vd, id, seq)
  vd.n, q.waiting = vd.n - 1, q.waiting - 1
  vd.dirty, q.dirty = true, true
  if vd.head == fmt('%016.0f', seq) .. vendor then forget_head(vd) end
  settle(q, vd)
  end_busy_period(q)
  feed(q, vd)
  told[q.name] = true
  return true
end

-- What a claim answers of a job, in this order (job_view.hpp knows it).
local CLAIMED = {'data', 'opts', 'timestamp', 'processedOn', 'cost', 'batch', 'priority', 'progress', 'project', 'rank',
                 'attemptsMade', 'stalledCounter', 'failedReason'}

-- Takes the next `most` jobs at most in fair order: calls on_job(vd, id, fields) for each; false from it means that the
-- job is none (its hash is gone). How many were taken, and how many are gone. Those at an elastic cap come, one at a
-- time, when nobody else waits.
local function take(q, most, on_job)
  local names, turns, taken = call('ZRANGE', q.own .. 'ready', 0, most - 1, 'WITHSCORES'), {}, 0
  if #names == 0 then
    names, most = call('ZRANGE', q.own .. 'capped', 0, 0, 'WITHSCORES'), 1
  end
  for i = 1, #names, 2 do
    turns[#turns + 1] = {name = sub(names[i], 17), tag = tonumber(names[i + 1]), seq = tonumber(sub(names[i], 1, 16))}
  end
  local ids, members, touched = {}, {}, {}
  while turns[1] and taken < most do
    local turn = turns[1]
    local vd = vendor_at(q, turn.name)
    if not turn.jobs then
      lay(vd)
      turn.jobs, turn.at = call('ZRANGE', vd.line, 0, most - 1, 'WITHSCORES'), 1
      turn.gone, turn.vd = {}, vd
      touched[#touched + 1] = turn
    end
    local id = turn.jobs[turn.at]
    turn.gone[#turn.gone + 1] = id
    ids[#ids + 1], members[#members + 1] = id, member_of(tonumber(turn.jobs[turn.at + 1]) % RANK, id)
    local fields = call('HMGET', q.base .. id, unpack(CLAIMED))
    q.v = max(q.v, charge(q, vd, fields[5], fields[4]))
    if vd.k > 0 then vd.k = vd.k - 1 end
    if on_job(vd, id, fields) then
      taken = taken + 1
    else
      q.ghosts, vd.run, q.running = q.ghosts + 1, vd.run - 1, q.running - 1
    end
    turn.at = turn.at + 2
    if turn.jobs[turn.at] then
      turn.seq = tonumber(turn.jobs[turn.at + 1]) % RANK
      vd.head = fmt('%016.0f', turn.seq) .. vd.name
    else
      forget_head(vd)
    end
    if standing_of(vd) ~= READY then
      table.remove(turns, 1)
    elseif turn.jobs[turn.at] then
      turn.tag = max(vd.f, q.v)
      sink(turns)
    else
      break  -- Its slice is used up.
    end
  end
  if #ids == 0 then return 0, 0 end
  take_out_first(q, ids, members)
  for _, turn in ipairs(touched) do
    call('ZREM', turn.vd.line, unpack(turn.gone))
    settle(q, turn.vd)
    if turn.vd.cap > 0 then fit(q, turn.vd) else feed(q, turn.vd) end
  end
  advance(q, q.v)
  return taken, #ids
end
