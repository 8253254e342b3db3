-- pause: queue, '1' or '0'.
local q = queue_at(ARGV[5])
local base, pause = q.base, ARGV[6] == '1'
if pause ~= q.is_paused then
  local from, to = base .. (pause and 'wait' or 'paused'), base .. (pause and 'paused' or 'wait')
  if call('EXISTS', to) == 0 then
    if call('EXISTS', from) == 1 then call('RENAME', from, to) end
  else
    -- Somebody pushed past the pause: behind those who wait, nothing is overwritten.
    for _, id in ipairs(call('LRANGE', to, 0, -1)) do call('LREM', from, 0, id) end
    local late = call('LRANGE', to, 0, -1)
    call('DEL', to)
    if call('EXISTS', from) == 1 then call('RENAME', from, to) end
    for i = #late, 1, -1 do call('LPUSH', to, late[i]) end
  end
  if pause then
    call('SET', base .. 'meta-paused', 1)
    call('HSET', base .. 'meta', 'paused', 1)
  else
    call('DEL', base .. 'meta-paused')
    call('HDEL', base .. 'meta', 'paused')
  end
  q.is_paused, q.list = pause, to
  call('PUBLISH', base .. (pause and 'paused' or 'resumed'), pause and 'paused' or 'resumed')
end
if not pause then told[q.name] = true end
return finish_step()
