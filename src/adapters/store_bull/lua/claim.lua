-- claim: queue, lease token, lease (ms), due jobs made waiting at most.
local q = queue_at(ARGV[5])
local token, lease, most = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
if q.is_paused then
  flush()
  return {'', '', {}}
end
local delayed = q.base .. 'delayed'
local due = call('ZRANGEBYSCORE', delayed, '-inf', int(NOW * 4096 + 4095), 'LIMIT', 0, most)
for _, id in ipairs(due) do
  call('ZREM', delayed, id)
  wait_again(q, id)
end
while true do
  local turn = call('ZRANGE', q.own .. 'ready', 0, 0)[1] or call('ZRANGE', q.own .. 'capped', 0, 0)[1]
  if not turn then break end
  local vd = vendor_at(q, sub(turn, 17))
  local head = call('ZPOPMIN', vd.line)
  local id, seq = head[1], tonumber(head[2]) % RANK
  local key = q.base .. id
  local job = call('HGETALL', key)
  local cost, processed, priority, progress, batch, data
  for i = 1, #job, 2 do
    local field = job[i]
    if field == 'cost' then cost = job[i + 1]
    elseif field == 'processedOn' then processed = true
    elseif field == 'priority' then priority = job[i + 1]
    elseif field == 'progress' then progress = true
    elseif field == 'batch' then batch = job[i + 1]
    elseif field == 'data' then data = true end
  end
  if vd.k > 0 then take_out(q, vd, id, seq) end
  count_taken(q, vd, cost, processed)
  fit(q, vd)
  if data then
    call('LPUSH', q.base .. 'active', id)
    call('SET', key .. ':lock', token, 'PX', int(lease))
    call('HSET', q.own .. 'leases', id, cmsgpack.pack({NOW + lease, token, false}))
    if priority and priority ~= '0' then call('ZREM', q.base .. 'priority', id) end
    if progress then call('HDEL', key, 'progress') end
    call('HSET', key, 'processedOn', ARGV[1])
    batch_add(batch, 'active', 1)
    call('PUBLISH', q.base .. 'active@' .. TOKEN, id)
    flush()
    return {id, '', job}
  end
  -- A ghost: its hash is gone.
  q.ghosts = q.ghosts + 1
  ended(q, vd)
end
call('PUBLISH', q.base .. 'drained', '')
local next = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
flush()
return {'', next[2] and int(floor(next[2] / 4096)) or '', {}}
