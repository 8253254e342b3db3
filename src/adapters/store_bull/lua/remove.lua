-- remove: id.
local id = ARGV[5]
local q = queue_of(id)
if not q then return {'missing'} end
local job = job_at(q, id)
local state = state_of(q, id, job.finishedOn)
if state ~= 'active' then
  forget(q, id, job, state)
  unlimit(q, id)
  if job.batch and not job.finishedOn then
    batch_add(job.batch, 'removed', 1)
    close_if_done(job.batch, NOW)
  end
end
return {state, finish_step()}
