-- What begins to wait or ceases to, and its place in the window.

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

-- A fresh job that costs 1, whose id is its number, begins to wait where another of the vendor's has done so in this call:
-- nothing but the line's length changes. False where it isn't so.
local function follow(q, vd, id)
  local fresh = vd.fresh
  if not fresh or vd.last or #fresh >= FRESH_MAX then return false end
  fresh[#fresh + 1] = id
  vd.n, q.waiting = vd.n + 1, q.waiting + 1
  return true
end

-- A job begins to wait; `again` where it may go to an older place than the last. `costs_one`: it is fresh, too, and
-- its id is its number.
local function place(q, id, vendor, seq, rank, again, costs_one)
  local vd = vendor_at(q, vendor)
  if vd.last then vd.last = max(vd.last, seq - rank * RANK) end
  if rank ~= 0 or again or not costs_one then vd.plain = false end
  vd.n, q.waiting = vd.n + 1, q.waiting + 1
  vd.dirty, q.dirty = true, true
  if vd.gone then vd.gone = false end
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
