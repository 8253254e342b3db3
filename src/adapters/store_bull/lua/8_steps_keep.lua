-- Steps of a job that is worked on.
do
  -- id, lease token, lease (ms).
  local function extend(at)
    local id, token, length = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
    local lease = leases_now[id] and lease_from(leases_now[id])
    if not lease or lease.token ~= token then return 0 end
    -- Without a lock Bull's check may have taken it back, and others may have it.
    local holder = call('GET', q.base .. id .. ':lock')
    if holder ~= token and (holder or not call('LPOS', q.base .. 'active', id)) then return 0 end
    lease.till = NOW + length
    leases_now[id] = save_lease(q, id, lease)
    call('SET', q.base .. id .. ':lock', token, 'PX', int(length))
    call('SREM', q.base .. 'stalled', id)
    return 1
  end

  -- id, lease token, percent.
  local function progress(at)
    local id, packed = ARGV[at], leases_now[ARGV[at]]
    if not packed or lease_from(packed).token ~= ARGV[at + 1] then return 0 end
    call('HSET', q.base .. id, 'progress', ARGV[at + 2])
    if listeners_of(q).progress then
      call('PUBLISH', q.base .. 'progress', '{"jobId":' .. cjson.encode(id) .. ',"progress":' .. ARGV[at + 2] .. '}')
    end
    return 1
  end

  KINDS.extend, KINDS.progress = each(extend), each(progress)
end
