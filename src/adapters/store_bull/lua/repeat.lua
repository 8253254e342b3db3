-- repeat: queue, key of the series, when the next is due (ms), its id, its opts, the job that it comes after.
local q = queue_at(ARGV[5])
local series, due, id, opts, before = ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10]
local is_new = false
-- Who removes a series removes its key.
if call('ZSCORE', q.base .. 'repeat', series) then
  call('ZADD', q.base .. 'repeat', int(due), series)
  local number = call('INCR', q.base .. 'id')
  is_new = call('EXISTS', q.base .. id) == 0
  if is_new then
    local delay = max(0, due - NOW)
    local job = call('HMGET', q.base .. before, 'name', 'data', 'priority')
    call('HSET', q.base .. id, 'name', job[1] or '__default__', 'data', job[2] or '{}', 'opts', opts, 'timestamp', int(NOW),
         'delay', int(delay), 'priority', job[3] or '0')
    if delay > 0 then
      call('ZADD', q.base .. 'delayed', int((NOW + delay) * 4096 + number % 4096), id)
      call('PUBLISH', q.base .. 'delayed', int(NOW + delay))
      told[q.name] = true
    else
      take_in(q, id)
      tell_waiting(q, id)
    end
  else
    call('PUBLISH', q.base .. 'duplicated@' .. TOKEN, id)
  end
end
return {is_new and '1' or '0', finish_step()}
