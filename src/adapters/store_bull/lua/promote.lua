-- promote: id.
local q = queue_of(ARGV[5])
if not q then return {'missing'} end
local job = call('HMGET', q.base .. ARGV[5], 'finishedOn', 'vendor')
local state = state_of(q, ARGV[5], job[1])
if state == 'delayed' then
  call('ZREM', q.base .. 'delayed', ARGV[5])
  wait_again(q, ARGV[5])
end
return {state, finish_step()}
