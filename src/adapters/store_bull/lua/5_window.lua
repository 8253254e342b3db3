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
  local waits = vd.k < vd.n and vd.k < allowed(vd)
  if waits and not vd.next then
    local _, seqs = slice(vd, vd.k, vd.k)
    vd.next = seqs[1] or false  -- The line may be shorter than it should be, until fsck has counted anew.
  end
  if waits and vd.next then
    local tag = vd.k == 0 and vd.f or vd.p
    if vd.fed ~= tag or vd.fed_next ~= vd.next then
      if not vd.fed or tag < vd.fed then q.is_fed = true end
      if vd.fed_as then drop(q, 'feed', vd.fed_as) end
      vd.fed, vd.fed_next, vd.fed_as, vd.dirty = tag, vd.next, fmt('%016.0f', vd.next) .. vd.name, true
      put(q, 'feed', vd.fed_as, tag)
    end
  elseif vd.fed then
    drop(q, 'feed', vd.fed_as)
    vd.fed, vd.fed_next, vd.fed_as, vd.dirty = false, false, false, true
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
local function take_out_first(q, ids, seqs)
  local listed, same = call('LRANGE', q.list, -#ids, -1), q.size >= #ids
  for i, id in ipairs(ids) do same = same and listed[#listed + 1 - i] == id end
  if same then
    call('ZREMRANGEBYRANK', q.own .. 'window', 0, #ids - 1)
    call('LTRIM', q.list, 0, -#ids - 1)
    q.size = q.size - #ids
  else
    for i, id in ipairs(ids) do
      if call('ZREM', q.own .. 'window', member_of(seqs[i], id)) == 1 then
        call('LREM', q.list, -1, id)
        q.size = q.size - 1
      end
    end
  end
  q.dirty = true
end

local function put_in(q, vd, id, seq, tag, priority)
  local window = q.own .. 'window'
  local member = member_of(seq, id)
  call('ZADD', window, tag, member)
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
local function drop_ghost(q, vd, id, seq)
  leave_line(vd, id, seq, true)
  vd.next = false
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
  local ids, seqs = slice(vd, vd.k - 1, vd.k - 1)
  local id, member = ids[1], member_of(seqs[1], ids[1])
  vd.p, vd.next = tonumber(call('ZSCORE', q.own .. 'window', member)), seqs[1]
  call('ZREM', q.own .. 'window', member)
  call('LREM', q.list, 1, id)
  call('ZREM', q.base .. 'priority', id)
  q.size, vd.k = q.size - 1, vd.k - 1
  q.dirty, vd.dirty = true, true
  feed(q, vd)
end

local SLICE = 100

-- The vendor's next jobs for the window: into its turn. Its first, or nil.
local function read_slice(q, turn)
  local vd = turn.vd
  turn.ids, turn.seqs, turn.are_numbers = slice(vd, vd.k, vd.k + turn.most - 1)
  turn.at, turn.seq, turn.sure = 1, turn.seqs[1], min(turn.sure, #turn.ids)
  turn.tag = max(q.v, vd.k == 0 and vd.f or vd.p)
  return turn.ids[1]
end
-- Whether the first jobs of the turns, as many as each is to be sure of, are still there.
local function are_there(q, turns)
  local keys = {}
  for _, turn in ipairs(turns) do
    for i = 1, turn.sure do keys[#keys + 1] = q.base .. turn.ids[i] end
  end
  return #keys == 0 or call('EXISTS', unpack(keys)) == #keys
end
local function next_slice(q, turn)
  turn.sure = turn.most
  local first = read_slice(q, turn)
  if are_there(q, {turn}) then return first end
  -- Others have deleted some.
  for i, id in ipairs(turn.ids) do
    if call('EXISTS', q.base .. id) == 0 then drop_ghost(q, turn.vd, id, turn.seqs[i]) end
  end
  return next_slice(q, turn)
end
local function before(a, b)
  if a.tag ~= b.tag then return a.tag < b.tag end
  return a.seq < b.seq
end
-- Turns in order, from `head` to `last`: a vendor that has had its turn mostly goes behind all others.
local function turns_of(list)
  for i = 2, #list do
    if before(list[i], list[i - 1]) then
      table.sort(list, before)
      break
    end
  end
  list.head, list.last = 1, #list
  return list
end
local function end_first(turns)
  turns[turns.head] = nil
  turns.head = turns.head + 1
end
-- Where the first has become later than it was.
local function sink(turns)
  local first, low, high = turns[turns.head], turns.head + 1, turns.last
  if low > high or before(first, turns[low]) then return end
  if before(first, turns[high]) then
    while low < high do
      local middle = floor((low + high) / 2)
      if before(first, turns[middle]) then high = middle else low = middle + 1 end
    end
  else
    low = high + 1
  end
  for at = turns.last, low, -1 do turns[at + 1] = turns[at] end
  turns[low], turns.last = first, turns.last + 1
  end_first(turns)
end

-- The ids of a window's entries, as ZADD takes them, in the order of the zset.
local function sorted_by(scores)
  local entries, ids = {}, {}
  for i = 1, #scores, 2 do entries[#entries + 1] = {tag = scores[i], seq = scores[i + 1]} end
  table.sort(entries, before)
  for i, entry in ipairs(entries) do ids[i] = sub(entry.seq, 17) end
  return ids
end

-- Brings up to `room` jobs into the window, the next in order of all that wait outside; fewer where jobs of vendors beyond
-- those that it looks at come first.
local function bring_in(q, room)
  apply(q)
  local looked_at = min(room, SLICE)
  local names, turns, beyond = call('ZRANGE', q.own .. 'feed', 0, looked_at, 'WITHSCORES'), {}, nil
  if #names == 0 then return 0 end
  for i = 1, #names / 2 do
    local turn = names[2 * i - 1]
    if i <= looked_at then
      names[i] = sub(turn, 17)
    else
      beyond = {tag = max(q.v, tonumber(names[2 * i])), seq = tonumber(sub(turn, 1, 16))}
    end
  end
  for i = #names, min(#names / 2, looked_at) + 1, -1 do names[i] = nil end
  load_vendors(q, names)
  -- Of several one more than their share is read, so that the next one after it is known, but not looked at.
  local most = #names == 1 and min(room, SLICE) or min(floor(room / #names) + 1, SLICE)
  local sure, all = #names == 1 and most or most - 1, {}
  for i, name in ipairs(names) do
    all[i] = {vd = vendor_at(q, name), most = most, sure = sure}
    read_slice(q, all[i])
  end
  local is_whole = are_there(q, all)
  for _, turn in ipairs(all) do
    if not is_whole then next_slice(q, turn) end
    if turn.seq then turns[#turns + 1] = turn elseif turn.vd.fed_as then drop(q, 'feed', turn.vd.fed_as) end
  end
  turns_of(turns)
  local window, touched, count = q.own .. 'window', {}, 0
  local last = q.size > 0 and call('ZREVRANGE', window, 0, 0, 'WITHSCORES')
  local last_member, last_tag = last and last[1], last and tonumber(last[2])
  -- Those behind all that are there, as most are, and the others.
  local scores, ids, early, is_sorted = {}, {}, {}, true
  local function bring(turn)
    local vd, id, seq, tag = turn.vd, turn.ids[turn.at], turn.seq, turn.tag
    local cost, taken_before, priority
    if not vd.plain then
      local job = call('HMGET', q.base .. id, 'cost', 'processedOn', 'priority')
      cost, taken_before, priority = job[1], job[2], job[3]
    end
    local member = member_of(seq, id, turn.are_numbers)
    if q.foreign or last and (tag < last_tag or tag == last_tag and member < last_member) then
      early[#early + 1] = {vd = vd, id = id, seq = seq, tag = tag}
    else
      local before_it = #scores
      is_sorted = is_sorted and (before_it == 0 or tag > scores[before_it - 1] or
                                 tag == scores[before_it - 1] and member > scores[before_it])
      scores[before_it + 1], scores[before_it + 2], ids[#ids + 1] = tag, member, id
    end
    if priority and priority ~= '0' then call('ZADD', q.base .. 'priority', priority, id) end
    vd.p = tag + charge_of(vd, cost, taken_before)
    vd.k, touched[vd], count, turn.at = vd.k + 1, true, count + 1, turn.at + 1
    vd.next = turn.seqs[turn.at] or false
    turn.tag, turn.seq = vd.p, vd.next
    return vd.k < vd.n and vd.k < allowed(vd)
  end
  while turns.head <= turns.last and count < room do
    local turn = turns[turns.head]
    if beyond and count > 0 and not before(turn, beyond) then break end
    local goes_on
    if turn.at <= turn.sure then
      goes_on = bring(turn) and (turn.seq or count < room and next_slice(q, turn))
    else
      goes_on = next_slice(q, turn)
    end
    if goes_on then sink(turns) else end_first(turns) end
  end
  for _, entry in ipairs(early) do
    entry.vd.k = entry.vd.k - 1
    put_in(q, entry.vd, entry.id, entry.seq, entry.tag, nil)
  end
  if #ids > 0 then
    call('ZADD', window, unpack(scores))
    -- A job that costs nothing leaves its vendor's tag as it was, and the next one may have a lower number.
    if not is_sorted then ids = sorted_by(scores) end
    call('LPUSH', q.list, unpack(ids))
    q.size = q.size + #ids
  end
  for vd in pairs(touched) do
    vd.dirty = true
    feed(q, vd)
  end
  q.dirty = true
  return count
end

-- Whether jobs should come into the window. A few places are left open while more wait than it holds, since what brings in
-- one costs hardly less than what brings in a hundred.
local function lacks(q)
  if q.waiting <= q.size then return false end
  return q.waiting <= WINDOW or q.size <= WINDOW - floor(WINDOW / 8)
end

local function refill(q)
  while q.size < WINDOW do
    -- unpack() has room for some thousand words.
    if bring_in(q, min(WINDOW - q.size, 1000)) == 0 then break end
  end
  while q.size > WINDOW do evict(q, call('ZREVRANGE', q.own .. 'window', 0, 0)[1]) end
  -- A vendor that comes with an earlier tag than the window's last gets that one's place.
  while q.is_fed and q.size == WINDOW do
    apply(q)
    local next = call('ZRANGE', q.own .. 'feed', 0, 0, 'WITHSCORES')
    local last = call('ZREVRANGE', q.own .. 'window', 0, 0, 'WITHSCORES')
    if not next[1] or max(q.v, tonumber(next[2])) >= tonumber(last[2]) then break end
    evict(q, last[1])
    bring_in(q, 1)
  end
  q.is_fed = false
  -- Where nobody else waits an elastic cap doesn't bind.
  if q.size == 0 and q.waiting > 0 then
    apply(q)
    local turn = call('ZRANGE', q.own .. 'capped', 0, 0)[1]
    if turn then
      local vd = vendor_at(q, sub(turn, 17))
      local ids, seqs = slice(vd, 0, 0)
      put_in(q, vd, ids[1], seqs[1], max(q.v, vd.f), call('HGET', q.base .. ids[1], 'priority'))
      vd.p, vd.next = max(q.v, vd.f), false
    end
  end
end

-- After the vendor's share or the number of its running jobs has changed.
local function fit(q, vd)
  local most = min(vd.n, allowed(vd))
  if vd.k > most then
    local ids, seqs = slice(vd, most, vd.k - 1)
    vd.next = seqs[1] or false
    for i = #ids, 1, -1 do
      vd.p = tonumber(call('ZSCORE', q.own .. 'window', member_of(seqs[i], ids[i])) or vd.p)
      take_out(q, vd, ids[i], seqs[i])
    end
  end
  feed(q, vd)
end

-- The job comes, at place `at` of its vendor's line, before one that is in the window: between the tags of its neighbours
-- there, so that the vendor's jobs stay in the order of the line.
local function put_between(q, vd, id, seq, at)
  local ids, seqs = slice(vd, max(0, at - 1), at + 1)
  local function tag_of(i) return tonumber(call('ZSCORE', q.own .. 'window', member_of(seqs[i], ids[i])) or nil) end
  local behind = tag_of(#ids) or q.v
  local ahead = at > 0 and tag_of(1)
  local tag = ahead and (ahead + behind) / 2 or behind - 1e-6
  if tag < behind and (not ahead or ahead < tag) then
    put_in(q, vd, id, seq, tag, call('HGET', q.base .. id, 'priority'))
    return
  end
  -- No number is between them: those behind leave, and come back in the order of the line.
  ids, seqs = slice(vd, at + 1, vd.k)
  for i = #ids, 1, -1 do take_out(q, vd, ids[i], seqs[i]) end
  vd.p, vd.next = ahead or q.v, seq
end

-- A job begins to wait; `again` where it may go to an older place than the last. `costs_one`: it is fresh, too, and
-- its id is its number.
local function place(q, id, vendor, seq, rank, again, costs_one)
  local vd = vendor_at(q, vendor)
  if vd.last then vd.last = max(vd.last, seq - rank * RANK) end
  if rank ~= 0 or again or not costs_one then vd.plain = false end
  vd.n, q.waiting = vd.n + 1, q.waiting + 1
  vd.dirty, q.dirty, vd.gone = true, true, false
  told[q.name] = true
  local at = enter_line(vd, id, seq, rank, again, costs_one)
  if at == 0 then
    vd.head = fmt('%016.0f', seq) .. vendor
    settle(q, vd)
  end
  if at < vd.k then
    put_between(q, vd, id, seq, at)
  elseif at == vd.k then
    vd.next = seq
  end
  feed(q, vd)
end

-- A waiting job goes away unclaimed; false where it isn't in a line.
local function withdraw(q, id, vendor)
  local vd = vendor_at(q, vendor)
  local seq = seq_of(q, id)
  if not leave_line(vd, id, seq) then return false end
  take_out(q, vd, id, seq)
  if vd.next == seq then vd.next = false end
  vd.n, q.waiting = vd.n - 1, q.waiting - 1
  vd.dirty, q.dirty = true, true
  if vd.head == fmt('%016.0f', seq) .. vendor then forget_head(vd) end
  settle(q, vd)
  end_busy_period(q)
  feed(q, vd)
  told[q.name] = true
  return true
end

-- What a claim answers of a job, in this order (job_view.hpp knows it): of a plain one the first seven. Its id comes in
-- the place of the name.
local CLAIMED = {'data', 'opts', 'timestamp', 'batch', 'project', 'vendor', 'name', 'processedOn', 'cost', 'priority',
                 'progress', 'rank', 'attemptsMade', 'stalledCounter', 'failedReason'}
local function read_claimed(q, vd, id)
  local key = q.base .. id
  if not vd.plain then return call('HMGET', key, unpack(CLAIMED)) end
  return call('HMGET', key, 'data', 'opts', 'timestamp', 'batch', 'project')
end

-- Whether there is a next job of the turn's vendor; it makes the turn's tag and number. Its head is made when all are taken.
local function next_turn(q, turn)
  local vd = turn.vd
  if turn.at > #turn.ids then turn.ids, turn.seqs, turn.at = {}, {}, 1 end
  if not turn.ids[1] then turn.ids, turn.seqs = slice(vd, turn.taken, turn.taken + turn.most - 1) end
  turn.seq = turn.seqs[turn.at]
  if not turn.seq then return false end
  turn.tag = vd.f > q.v and vd.f or q.v
  return true
end

-- Takes the next `most` jobs at most in fair order: calls on_job(vd, id, fields) for each; false from it means that the
-- job is none (its hash is gone). How many were taken, and how many are gone. Those at an elastic cap come, one at a
-- time, when nobody else waits.
local function take(q, most, on_job)
  apply(q)
  local names, turns, taken = call('ZRANGE', q.own .. 'ready', 0, most - 1), {}, 0
  if #names == 0 then
    names, most = call('ZRANGE', q.own .. 'capped', 0, 0), 1
  end
  if #names == 0 then return 0, 0 end
  for i, turn in ipairs(names) do names[i] = sub(turn, 17) end
  load_vendors(q, names)
  local at_once = floor(most / #names) + 1
  for _, name in ipairs(names) do
    -- Their tags and heads are as in the set: it was applied.
    local vd = vendor_at(q, name)
    turns[#turns + 1] = {vd = vd, tag = vd.tag, seq = tonumber(sub(vd.turn, 1, 16)), most = at_once, taken = 0, ids = {}, at = 1}
  end
  local ids, seqs, touched = {}, {}, {}
  turns_of(turns)
  while turns.head <= turns.last and taken < most do
    local turn = turns[turns.head]
    local vd = turn.vd
    if turn.taken == 0 then
      touched[#touched + 1] = turn
      turn.ids, turn.seqs = slice(vd, 0, at_once - 1)
    end
    local id = turn.ids[turn.at]
    if id then
      ids[#ids + 1], seqs[#seqs + 1] = id, turn.seqs[turn.at]
      local fields = read_claimed(q, vd, id)
      local start = charge(q, vd, fields[9], fields[8])
      if start > q.v then q.v = start end
      if vd.k > 0 then vd.k = vd.k - 1 else vd.next = false end
      if on_job(vd, id, fields) then
        taken = taken + 1
      else
        q.ghosts, vd.run, q.running = q.ghosts + 1, vd.run - 1, q.running - 1
      end
      turn.taken, turn.at = turn.taken + 1, turn.at + 1
    else
      -- Somebody has deleted the line.
      q.waiting, vd.n, vd.k, vd.next = q.waiting - vd.n, 0, 0, false
    end
    forget_head(vd)
    if standing_of(vd) == READY and taken < most and next_turn(q, turn) then
      sink(turns)
    else
      end_first(turns)
    end
  end
  if #ids > 0 then take_out_first(q, ids, seqs) end
  for _, turn in ipairs(touched) do
    local vd = turn.vd
    if turn.taken > 0 then drop_first(vd, turn.taken) end
    if turn.ids[turn.at] and vd.n > 0 then vd.head = fmt('%016.0f', turn.seqs[turn.at]) .. vd.name end
    settle(q, vd)
    if vd.cap > 0 then fit(q, vd) else feed(q, vd) end
  end
  advance(q, q.v)
  return taken, #ids
end
