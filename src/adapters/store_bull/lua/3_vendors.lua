-- Vendors as this call has read them.

local vendor_at, load_vendors, save_vendors
do
  -- What is usual of vendors has no place in their records.
  local USUAL = {__index = {w = 1, cap = 0, run = 0, hard = false, paused = false, plain = true, sorted = false, dirty = false,
                            gone = false, last = false, fresh = false}}
  local function vendor_from(q, name, packed)
    local f, n, st, tag, turn, k, p, fed, fed_as, fed_next = 0, 0, OFF, 0, false, 0, 0, false, false, false
    local plain, sorted, run, w, cap, hard, paused
    if packed then
      f, n, st, tag, turn, k, p, fed, fed_as, fed_next, plain, sorted, run, w, cap, hard, paused = cmsgpack.unpack(packed)
    end
    -- All at once, and few: a table that grows is made anew each time it has twice as many.
    local vd = {f = f, n = n, st = st, tag = tag, turn = turn, k = k, p = p, fed = fed, fed_as = fed_as, next = fed_next,
                fed_next = fed_next, name = name, head = turn, line = q.own .. 'line:' .. name}
    if plain ~= nil then
      vd.plain, vd.sorted, vd.run, vd.w, vd.cap, vd.hard, vd.paused = plain, sorted, run, w, cap, hard, paused
    end
    q.vendors[name] = setmetatable(vd, USUAL)
    return vd
  end

  local function packed_vendor(vd)
    if vd.plain and not vd.sorted and vd.w == 1 and vd.cap == 0 and not vd.hard and not vd.paused then
      return cmsgpack.pack(vd.f, vd.n, vd.st, vd.tag, vd.turn, vd.k, vd.p, vd.fed, vd.fed_as, vd.fed_next)
    end
    return cmsgpack.pack(vd.f, vd.n, vd.st, vd.tag, vd.turn, vd.k, vd.p, vd.fed, vd.fed_as, vd.fed_next, vd.plain, vd.sorted,
                         vd.run, vd.w, vd.cap, vd.hard, vd.paused)
  end

  function vendor_at(q, name)
    return q.vendors[name] or vendor_from(q, name, call('GET', q.own .. 'vendor:' .. name))
  end

  -- Reads vendors that will be asked for, in one go.
  function load_vendors(q, names)
    local vendors, missing, keys = q.vendors, {}, {}
    for i = 1, #names do
      local name = names[i]
      if vendors[name] == nil then
        vendors[name] = false  -- It is named.
        missing[#missing + 1], keys[#keys + 1] = name, q.own .. 'vendor:' .. name
      end
    end
    if #keys == 1 then
      vendor_from(q, missing[1], call('GET', keys[1]))
    elseif #keys > 1 then
      local packed = call('MGET', unpack(keys))
      for i = 1, #keys do vendor_from(q, missing[i], packed[i]) end
    end
  end

  function save_vendors(q)
    local kept, gone = {}, {}
    for name, vd in pairs(q.vendors) do
      lay(vd)
      if vd.dirty and vd.gone then
        gone[#gone + 1] = q.own .. 'vendor:' .. name
      elseif vd.dirty then
        kept[#kept + 1] = q.own .. 'vendor:' .. name
        kept[#kept + 1] = packed_vendor(vd)
      end
    end
    for from = 1, #kept, 2000 do call('MSET', unpack(kept, from, min(from + 1999, #kept))) end
    for from = 1, #gone, 1000 do call('DEL', unpack(gone, from, min(from + 999, #gone))) end
  end
end
