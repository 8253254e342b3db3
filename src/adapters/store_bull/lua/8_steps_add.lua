-- Steps that hand jobs in.
do
  -- as_batch, scope and key (or ''), fingerprint, note, whether a job comes after the batch, number of jobs, then the
  -- jobs, the one after the batch last.
  local function accept(at)
    local as_batch, scope, key, fingerprint, note = ARGV[at] == '1', ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
    local has_after, count = ARGV[at + 5] == '1', tonumber(ARGV[at + 6])
    if key ~= '' then
      local before = answered_before(scope, key, fingerprint, kept)
      if before then return before end
    end
    local jobs, batch = new_jobs_from(at + 7, count), nil
    local first = take_numbers(count + (as_batch and 1 or 0), jobs)
    if as_batch then
      batch, first = int(first), first + STRIDE
      local b = ROOT .. 'batch:' .. batch
      call('HSET', b, 'queue', jobs[1][1], 'vendor', jobs[1][2], 'created', int(NOW), 'total', count, 'active', 0,
           'delayed', 0, 'completed', 0, 'failed', 0, 'removed', 0)
      if has_after then call('HSET', b, 'after', cmsgpack.pack(new_jobs_from(at + 7 + count * NEW_JOB, 1)[1])) end
    end
    local ids = add_jobs(jobs, first, batch, NOW)
    if key ~= '' then
      call('SET', once_key(scope, key), cmsgpack.pack({fingerprint, NOW, batch or '', note, ids}), 'PX', int(kept))
    end
    return {'added', batch or '', '', ids}
  end

  KINDS.accept = each(accept)

  -- vendor, data, opts, project each: jobs as most are.
  function KINDS.add(from, count, width)
    local is_heard, number = listeners_of(q).all, take_numbers(count, {{q.name}})
    for at = from, from + (count - 1) * width, width do
      local id = int(number)
      add_plain(q, id, number, ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], nil)
      if is_heard then call('PUBLISH', q.waiting_channel, id) end
      answers[#answers + 1], number = id, number + STRIDE
    end
    q.hushed = q.hushed or not is_heard
  end
end
