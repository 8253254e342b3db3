-- progress: id, lease token, percent.
local id, token = ARGV[5], ARGV[6]
for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
  local q = {base = PREFIX .. ':' .. name .. ':', own = 'cutroom:' .. PREFIX .. ':' .. name .. ':'}
  local lease = lease_of(q, id)
  if lease and lease[2] == token then
    call('HSET', q.base .. id, 'progress', ARGV[7])
    call('PUBLISH', q.base .. 'progress', '{"jobId":' .. cjson.encode(id) .. ',"progress":' .. ARGV[7] .. '}')
    return 1
  end
end
return 0
