-- counts: queue.
local name = ARGV[5]
if call('SISMEMBER', ROOT .. 'queues', name) == 0 and call('EXISTS', PREFIX .. ':' .. name .. ':id') == 0 then
  return {0, 0, 0, 0, 0, 0, 0}
end
local q = queue_at(name)
local names = finish_step()
-- What others pushed and is not yet taken in waits as well.
local waiting = q.waiting + max(0, call('LLEN', q.list) - q.size)
return {q.is_paused and 0 or waiting, call('LLEN', q.base .. 'active'), call('ZCARD', q.base .. 'completed'),
        call('ZCARD', q.base .. 'failed'), call('ZCARD', q.base .. 'delayed'), q.is_paused and waiting or 0, q.ghosts}
