-- Claims: jobs leave their vendors' lines in fair order, whatever the window foresaw.

-- Takes the next `most` jobs at most in fair order: calls on_job(vd, id, key, fields) for each; false from it means that the
-- job is none (its hash is gone). How many were taken, and how many are gone. Those at an elastic cap come, one at a
-- time, when nobody else waits.
local take
do
  -- What a claim answers of a job, in this order (job_view.cpp knows it): of a plain one the first four. Its options tell
  -- when it came.
  local CLAIMED = {'data', 'opts', 'batch', 'project', 'timestamp', 'processedOn', 'cost', 'priority', 'progress', 'rank',
                   'attemptsMade', 'stalledCounter', 'failedReason'}
  local function read_claimed(vd, key)
    if not vd.plain then return call('HMGET', key, unpack(CLAIMED)) end
    return call('HMGET', key, 'data', 'opts', 'batch', 'project')
  end

  function take(q, most, on_job)
    apply(q)
    local names, turns, taken = call('ZRANGE', q.own .. 'ready', 0, most - 1), {}, 0
    if #names == 0 then
      names, most = call('ZRANGE', q.own .. 'capped', 0, 0), 1
    end
    if #names == 0 then return 0, 0 end
    for i = 1, #names do names[i] = sub(names[i], 17) end
    load_vendors(q, names)
    for i = 1, #names do
      -- Their tags and heads are as in the set: it was applied.
      local vd = vendor_at(q, names[i])
      turns[i] = {vd = vd, tag = vd.tag, seq = vd.turn, is_first = true}
    end
    local ids, seqs, gone, touched = roomy_list(), roomy_list(), 0, {}
    turns_of(turns)
    while turns.head <= turns.last and taken < most do
      local turn = turns[turns.head]
      local vd = turn.vd
      if turn.is_first then touched[#touched + 1], turn.is_first = vd, false end
      local each = vd.plain and charge_of(vd)
      local its_ids, its_seqs = take_first(vd, each and run_of(turns, each, min(most - taken, vd.n, allowed(vd))) or 1)
      local count = #its_ids
      for i = 1, count do
        local id = its_ids[i]
        local key = q.base .. id
        local fields = read_claimed(vd, key)
        each = each or charge_of(vd, fields[7], fields[6])
        gone = gone + 1
        ids[gone], seqs[gone] = id, its_seqs[i]
        if on_job(vd, id, key, fields) then
          taken = taken + 1
        else
          q.ghosts, q.running = q.ghosts + 1, q.running - 1
          if vd.cap > 0 then vd.run = vd.run - 1 end
        end
      end
      if count > 0 then
        local start = charge(q, vd, count, each)
        if start > q.v then q.v = start end
        vd.k = vd.k - count
        if vd.k < 0 then vd.k, vd.next = 0, false end
      else
        -- Somebody has deleted the line.
        q.waiting, vd.n, vd.k, vd.next = q.waiting - vd.n, 0, 0, false
      end
      forget_head(vd)
      local tag = max(vd.f, q.v)
      if taken < most and not is_far_behind(turns, tag, most - taken) and standing_of(vd) == READY and head_of(vd) then
        turn.tag, turn.seq = tag, vd.head
        sink(turns)
      else
        end_first(turns)
      end
    end
    if gone > 0 then take_out_first(q, ids, seqs) end
    for i = 1, #touched do
      local vd = touched[i]
      settle(q, vd)
      if vd.cap > 0 then fit(q, vd) else feed(q, vd) end
    end
    advance(q, q.v)
    return taken, gone
  end
end
