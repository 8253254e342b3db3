-- Claims: jobs leave their vendors' lines in fair order, whatever the window foresaw.

-- What a claim answers of a job, in this order (job_view.hpp knows it): of a plain one the first seven. Its id comes in
-- the place of the name.
local CLAIMED = {'data', 'opts', 'timestamp', 'batch', 'project', 'vendor', 'name', 'processedOn', 'cost', 'priority',
                 'progress', 'rank', 'attemptsMade', 'stalledCounter', 'failedReason'}
local function read_claimed(vd, key)
  if not vd.plain then return call('HMGET', key, unpack(CLAIMED)) end
  return call('HMGET', key, 'data', 'opts', 'timestamp', 'batch', 'project')
end

-- The vendor's next jobs: into its turn.
local function read_line(turn)
  turn.ids, turn.seqs = slice_of_many(turn.vd, turn.taken, turn.taken + turn.most - 1)
  turn.at, turn.count = 1, #turn.ids
end

-- Whether there is a next job of the turn's vendor; it makes the turn's tag and number. Its head is made when all are taken.
local function next_turn(q, turn)
  local vd = turn.vd
  if turn.at > turn.count then read_line(turn) end
  turn.seq = turn.seqs[turn.at]
  if not turn.seq then return false end
  turn.tag = vd.f > q.v and vd.f or q.v
  return true
end

-- Takes the next `most` jobs at most in fair order: calls on_job(vd, id, key, fields) for each; false from it means that the
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
  for i, name in ipairs(names) do
    -- Their tags and heads are as in the set: it was applied.
    local vd = vendor_at(q, name)
    turns[i] = {vd = vd, tag = vd.tag, seq = tonumber(sub(vd.turn, 1, 16)), most = at_once, taken = 0}
  end
  local ids, seqs, gone, touched = {}, {}, 0, {}
  turns_of(turns)
  while turns.head <= turns.last and taken < most do
    local turn = turns[turns.head]
    local vd = turn.vd
    if turn.taken == 0 then
      touched[#touched + 1] = turn
      read_line(turn)
    end
    local each = vd.plain and charge_of(vd)
    local count = min(most - taken, turn.count - turn.at + 1)
    if count > 1 and vd.cap > 0 then count = min(count, vd.cap - vd.run) end
    if count > 1 then count = each and run_of(turns, each, count) or 1 end
    for at = turn.at, turn.at + count - 1 do
      local id = turn.ids[at]
      local key = q.base .. id
      local fields = read_claimed(vd, key)
      each = each or charge_of(vd, fields[9], fields[8])
      gone = gone + 1
      ids[gone], seqs[gone] = id, turn.seqs[at]
      if on_job(vd, id, key, fields) then
        taken = taken + 1
      else
        q.ghosts, vd.run, q.running = q.ghosts + 1, vd.run - 1, q.running - 1
      end
    end
    if count > 0 then
      local start = charge(q, vd, count, each)
      if start > q.v then q.v = start end
      vd.k = vd.k - count
      if vd.k < 0 then vd.k, vd.next = 0, false end
      turn.taken, turn.at = turn.taken + count, turn.at + count
    else
      -- Somebody has deleted the line.
      q.waiting, vd.n, vd.k, vd.next = q.waiting - vd.n, 0, 0, false
    end
    if standing_of(vd) == READY and taken < most and next_turn(q, turn) then
      sink(turns)
    else
      end_first(turns)
    end
  end
  if gone > 0 then take_out_first(q, ids, seqs) end
  for _, turn in ipairs(touched) do
    local vd, next = turn.vd, turn.seqs[turn.at]
    if turn.taken > 0 then drop_first(vd, turn.taken) end
    if next and vd.n > 0 then vd.head = fmt('%016.0f', next) .. vd.name else forget_head(vd) end
    settle(q, vd)
    if vd.cap > 0 then fit(q, vd) else feed(q, vd) end
  end
  advance(q, q.v)
  return taken, gone
end
