-- cancel: id, reason, number of follow-ups, these.
local id, reason, count = ARGV[5], ARGV[6], tonumber(ARGV[7])
local q = queue_of(id)
if not q then return {'missing'} end
local job = job_at(q, id)
local state = state_of(q, id, job.finishedOn)
if state == 'completed' or state == 'failed' then
  finish_step()
  return {state}
end
if state == 'active' then
  local lease = lease_of(q, id)
  if lease then
    if not lease.is_cancelled then lease.marks = lease.marks + CANCELLED end
    save_lease(q, id, lease)
    call('PUBLISH', ROOT .. 'cancel', id)
  end
  finish_step()
  return {lease and 'stopping' or 'elsewhere'}
end
if state == 'delayed' then
  call('ZREM', q.base .. 'delayed', id)
  batch_add(job.batch, 'delayed', -1)
elseif not (job.vendor and withdraw(q, id, job.vendor)) then
  call('LREM', q.list, 0, id)
end
finish(q, id, 'failed', reason, NOW)
local done = count_ended(job.batch, 'failed', NOW)
add_more(new_jobs_from(8, count), NOW)
local names = finish_step()
return {'done', done, names}
