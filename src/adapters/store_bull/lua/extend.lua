-- extend: id, lease token, lease (ms).
local id, token, length = ARGV[5], ARGV[6], tonumber(ARGV[7])
for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
  local q = {base = PREFIX .. ':' .. name .. ':', own = 'cutroom:' .. PREFIX .. ':' .. name .. ':'}
  local lease = lease_of(q, id)
  if lease and lease[2] == token then
    lease[1] = NOW + length
    call('HSET', q.own .. 'leases', id, cmsgpack.pack(lease))
    call('SET', q.base .. id .. ':lock', token, 'PX', int(length))
    call('SREM', q.base .. 'stalled', id)
    return 1
  end
end
return 0
