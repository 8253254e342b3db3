-- accept: as_batch, scope and key (or ''), fingerprint, note, whether a job comes after the batch, number of jobs,
-- then the jobs, the one after the batch last.
local as_batch, scope, key, fingerprint, note = ARGV[5] == '1', ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local has_after, count = ARGV[10] == '1', tonumber(ARGV[11])
local once = ROOT .. 'once:' .. scope .. ':' .. key
local kept = tonumber(ARGV[12])
if key ~= '' then
  local packed = call('GET', once)
  if packed then
    local known = cmsgpack.unpack(packed)
    if known[2] + kept > NOW then
      if known[1] ~= fingerprint then return {'conflict'} end
      return {'repeated', known[3], known[4], known[5], {}}
    end
  end
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
  call('SET', once, cmsgpack.pack({fingerprint, NOW, batch or '', note, ids}), 'PX', int(kept))
end
local names = flush()
return {'added', batch or '', '', ids, names}
