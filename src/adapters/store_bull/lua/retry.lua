-- retry: id.
local id = ARGV[5]
local q = queue_of(id)
if not q then return {'missing'} end
local job = call('HMGET', q.base .. id, 'finishedOn', 'vendor', 'rank', 'batch')
local state = state_of(q, id, job[1])
if state == 'failed' then
  call('ZREM', q.base .. 'failed', id)
  call('HDEL', q.base .. id, 'finishedOn', 'processedOn', 'failedReason', 'attemptsMade', 'stalledCounter', 'stacktrace')
  if job[4] then
    call('HINCRBY', ROOT .. 'batch:' .. job[4], 'failed', -1)
    call('HDEL', ROOT .. 'batch:' .. job[4], 'done')
  end
  local seq = take_numbers(1, {{q.name}})
  call('HSET', q.base .. id, 'seq', int(seq), 'retriedOn', int(NOW))
  if job[2] then
    place(q, id, job[2], seq, tonumber(job[3] or 0), false, false)
  else
    take_in(q, id)
  end
  call('PUBLISH', q.base .. 'waiting@' .. TOKEN, id)
end
return {state, finish_step()}
