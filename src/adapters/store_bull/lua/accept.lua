-- accept: as_batch, scope and key (or ''), fingerprint, note, whether a job comes after the batch, number of jobs,
-- then the jobs, the one after the batch last.
local as_batch, scope, key, fingerprint, note = ARGV[5] == '1', ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local has_after, count = ARGV[10] == '1', tonumber(ARGV[11])
local kept = tonumber(ARGV[12])
if key ~= '' then
  local before = answered_before(scope, key, fingerprint, kept)
  if before then return before end
end
local jobs = new_jobs_from(13, count)
local first, batch = take_numbers(count + (as_batch and 1 or 0), jobs), nil
if as_batch then
  batch, first = int(first), first + 1
  local b = ROOT .. 'batch:' .. batch
  call('HSET', b, 'queue', jobs[1][1], 'vendor', jobs[1][2], 'created', ARGV[1], 'total', count, 'active', 0, 'delayed',
       0, 'completed', 0, 'failed', 0, 'removed', 0)
  if has_after then call('HSET', b, 'after', cmsgpack.pack(new_jobs_from(13 + count * NEW_JOB, 1)[1])) end
end
local ids = add_jobs(jobs, first, batch, NOW)
if key ~= '' then
  call('SET', once_key(scope, key), cmsgpack.pack({fingerprint, NOW, batch or '', note, ids}), 'PX', int(kept))
end
local names = flush()
return {'added', batch or '', '', ids, names}
