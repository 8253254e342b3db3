-- How jobs come into the window.

-- Brings up to `room` jobs into the window, the next in order of all that wait outside; fewer where jobs of vendors beyond
-- those that it looks at come first.
local bring_in
do
  local SLICE = 100

  -- The vendor's next jobs for the window: into its turn. Its first, or nil.
  local function read_slice(q, turn)
    local vd = turn.vd
    turn.ids, turn.seqs = slice_of_many(vd, vd.k, vd.k + turn.most - 1)
    turn.at, turn.seq, turn.sure = 1, tonumber(turn.seqs[1]), min(turn.sure, #turn.ids)
    turn.tag = max(q.v, vd.k == 0 and vd.f or vd.p)
    return turn.ids[1]
  end
  -- Whether the first jobs of the turns, as many as each is to be sure of, are still there: where others may take them; who
  -- claims them looks himself.
  local function are_there(q, turns)
    if not q.others then return true end
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
  -- The ids of a window's entries, as ZADD takes them, in the order of the zset.
  local function sorted_by(scores)
    local entries, ids = {}, {}
    for i = 1, #scores, 2 do entries[#entries + 1] = {tag = tonumber(scores[i]), member = scores[i + 1]} end
    table.sort(entries, function(a, b)
      if a.tag ~= b.tag then return a.tag < b.tag end
      return a.member < b.member
    end)
    for i, entry in ipairs(entries) do ids[i] = sub(entry.member, 17) end
    return ids
  end

  function bring_in(q, room)
    apply(q)
    local looked_at = min(room, SLICE)
    local names, turns, beyond = call('ZRANGE', q.own .. 'feed', 0, looked_at), {}, nil
    if #names == 0 then return 0 end
    local next = names[looked_at + 1]
    if next then
      names[looked_at + 1] = nil
      beyond = {tag = max(q.v, tonumber(call('ZSCORE', q.own .. 'feed', next))), seq = tonumber(sub(next, 1, 16))}
    end
    for i = 1, #names do names[i] = sub(names[i], 17) end
    load_vendors(q, names)
    -- Of several one more than their share is read, so that the next one after it is known, but not looked at.
    local most = #names == 1 and min(room, SLICE) or min(floor(room / #names) + 1, SLICE)
    local sure, all = #names == 1 and most or most - 1, {}
    for i = 1, #names do
      all[i] = {vd = vendor_at(q, names[i]), most = most, sure = sure, ids = false, seqs = false, at = 1, seq = 0, tag = 0}
      read_slice(q, all[i])
    end
    local is_whole = are_there(q, all)
    for i = 1, #all do
      local turn = all[i]
      if not is_whole then next_slice(q, turn) end
      if turn.seq then turns[#turns + 1] = turn elseif turn.vd.fed_as then drop(q, 'feed', turn.vd.fed_as) end
    end
    turns_of(turns)
    local window, touched, count = q.own .. 'window', {}, 0
    local last = q.size > 0 and call('ZREVRANGE', window, 0, 0, 'WITHSCORES')
    local last_member, last_tag = last and last[1], last and tonumber(last[2])
    -- Those behind all that are there, as most are, and the others.
    local scores, ids, early, is_sorted, added, added_tag = {}, {}, {}, true, 0, -math.huge
    -- A run of the turn's jobs. Whether its vendor may have more there.
    local function bring(turn)
      local vd, tag, run, each = turn.vd, turn.tag, 1, nil
      local most = min(vd.n, allowed(vd))
      if vd.plain then
        each = charge_of(vd)
        run = run_of(turns, each, min(room - count, turn.sure - turn.at + 1, most - vd.k), beyond)
      end
      local its_ids, its_seqs, are_numbers = turn.ids, turn.seqs, turn.ids == turn.seqs
      -- Those of a run follow each other: where one is behind all that are there, so are those after it.
      local is_behind = false
      for at = turn.at, turn.at + run - 1 do
        local id, seq = its_ids[at], its_seqs[at]
        local member = member_of(seq, id, are_numbers)
        if not is_behind and (q.foreign or last and (tag < last_tag or tag == last_tag and member < last_member)) then
          early[#early + 1] = {vd = vd, id = id, seq = seq, tag = tag}
        else
          is_sorted = is_sorted and (is_behind or tag > added_tag or tag == added_tag and member > scores[2 * added])
          added, added_tag, is_behind = added + 1, tag, each
          scores[2 * added - 1] = score_of(tag)
          scores[2 * added] = member
          ids[added] = id
        end
        if each then
          tag = tag + each
        else
          local job = call('HMGET', q.base .. id, 'cost', 'processedOn', 'priority')
          tag = tag + charge_of(vd, job[1], job[2])
          if job[3] and job[3] ~= '0' then call('ZADD', q.base .. 'priority', job[3], id) end
        end
      end
      vd.p, vd.k, touched[vd] = tag, vd.k + run, turn
      count, turn.at = count + run, turn.at + run
      turn.tag, turn.seq = tag, tonumber(its_seqs[turn.at])
      return vd.k < most
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
      if goes_on and not is_far_behind(turns, turn.tag, room - count) then sink(turns) else end_first(turns) end
    end
    for _, entry in ipairs(early) do
      entry.vd.k = entry.vd.k - 1
      put_in(q, entry.vd, entry.id, entry.seq, entry.tag, nil)
    end
    if added > 0 then
      call('ZADD', window, unpack(scores))
      -- A job that costs nothing leaves its vendor's tag as it was, and the next one may have a lower number.
      if not is_sorted then ids = sorted_by(scores) end
      call('LPUSH', q.list, unpack(ids))
      q.size = q.size + added
    end
    for vd, turn in pairs(touched) do
      vd.dirty, vd.next = true, turn.seq or false
      feed(q, vd)
    end
    q.dirty = true
    return count
  end
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
