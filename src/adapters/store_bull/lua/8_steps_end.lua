-- Steps that end a job's lease.
do
  -- What a step of a job's end is answered: that its lease was another's; that the job has ended; or the batch that it was the
  -- last one of.
  local LOST, DONE = 0, 1

  -- Whether the lease of the job is still that caller's.
  local function is_held_by(id, packed, token)
    if string.byte(packed, TOKEN_AT - 1) ~= #token or string.find(packed, token, TOKEN_AT, true) ~= TOKEN_AT then
      return false
    end
    if struct.unpack('>d', packed) >= NOW or not is_others(q, id, token) then return true end
    give_over(q, id, lease_from(packed).vendor)
    leases_now[id] = nil
    return false
  end

  -- Ends the lease where it is still the caller's: the job's vendor, its batch, since when, marks. Else nil.
  local function end_lease(id, token)
    local packed = leases_now[id]
    if not packed or not is_held_by(id, packed, token) then return nil end
    leases_now[id] = nil
    local _, since, marks, _, batch, vendor = unpack_lease(packed)
    return vendor, batch, since, marks
  end

  local function note_end(id, key)
    ended_now[#ended_now + 1] = id
    locks_now[#locks_now + 1] = key .. ':lock'
  end
  -- The job whose lease has ended counts as active no more; `was_listed`: it was in Bull's list.
  local function has_ended(id, vendor, batch, was_listed)
    if not was_listed then
      give_up(q, id, vendor, batch)
      return false
    end
    note_end(id, q.base .. id)
    if batch ~= '' then batch_add(batch, 'active', -1) end
    return true
  end

  local function unlist(id) return call('LREM', q.base .. 'active', -1, id) == 1 end

  -- The same for several: nil where all were in it, else which of them, by id. They are mostly the last ones of the list: its
  -- end is taken off, and what else is there is put back.
  local function unlist_all(ids)
    local list, count, was_listed = q.base .. 'active', #ids, {}
    if count < 3 then
      for i = 1, count do was_listed[ids[i]] = was_listed[ids[i]] or unlist(ids[i]) end
      return was_listed
    end
    local last, same = call('RPOP', list, count) or {}, true
    for i = 1, count do same = same and last[i] == ids[i] end
    if same then return nil end
    for i = 1, count do was_listed[ids[i]] = false end
    local others, missing = {}, count
    for i = #last, 1, -1 do
      if was_listed[last[i]] == nil then
        others[#others + 1] = last[i]
      else
        was_listed[last[i]], missing = true, missing - 1
      end
    end
    if #others > 0 then call('RPUSH', list, unpack(others)) end
    if missing > 0 then
      for id, is_found in pairs(was_listed) do was_listed[id] = is_found or unlist(id) end
    end
    return was_listed
  end

  local function count_metered(state, count, points)
    metered[state], points_max = (metered[state] or 0) + count, tonumber(points)
  end
  -- One more has ended so for good: DONE, or the batch that is done now.
  local function count_end(batch, state, points)
    if points then count_metered(state, 1, points) end
    local done = batch == '' and '' or count_ended(batch, state, NOW)
    return done == '' and DONE or done
  end

  -- The log has no row of an attempt that went well: the hash says it all, at one call less for each job.
  local function write_completed(id, key, result, steps)
    completed_now[#completed_now + 1] = NOW_TEXT
    completed_now[#completed_now + 1] = id
    if steps == '' then
      call('HSET', key, 'finishedOn', NOW_TEXT, 'returnvalue', result)
    else
      call('HSET', key, 'finishedOn', NOW_TEXT, 'returnvalue', result, 'steps', steps)
    end
    if listeners_of(q).completed then publish_ended(q, 'completed', id, result) end
  end

  local function end_well(id, has_opts, since, result, steps)
    if has_opts then
      log_attempt(q, id, int(since), NOW_TEXT, 'completed', '""', steps)
      finish(q, id, 'completed', result, NOW)
    else
      write_completed(id, q.base .. id, result, steps)
    end
  end

  -- id, lease token, result, steps; points of metrics, where kept: jobs that went well and are followed by none, as most.
  do
    -- Those of the group whose leases are still their callers': what is kept of each, by its place; their ids; and whether
    -- they are all of the group, and there is no more to any of them than to most.
    local function held_by_callers(from, count, width)
      local named, held, are_plain = roomy_list(), roomy_list(), true
      for i = 1, count do named[i] = ARGV[from + (i - 1) * width] end
      local leases = call('HMGET', q.own .. 'leases', unpack(named))
      for i = 1, count do
        local id, packed = named[i], leases[i]
        if packed and is_held_by(id, packed, ARGV[from + (i - 1) * width + 1]) then
          held[#held + 1], are_plain = id, are_plain and string.byte(packed, MARKS_AT) == 0
          if leases_now[id] then leases_now[id] = nil end
        else
          leases[i], are_plain = false, false
        end
      end
      return leases, held, are_plain
    end

    local function complete_plain(ids, from, width)
      for i = 1, #ids do
        local id, at = ids[i], from + (i - 1) * width
        local key = q.base .. id
        note_end(id, key)
        write_completed(id, key, ARGV[at + 2], ARGV[at + 3])
        answers[#answers + 1] = DONE
      end
      if width > 4 then count_metered('completed', #ids, ARGV[from + 4]) end
      ended_uncapped(q, #ids)
    end

    function KINDS.complete(from, count, width)
      local leases, held, are_plain = held_by_callers(from, count, width)
      local was_listed = unlist_all(held)
      if are_plain and not was_listed then return complete_plain(held, from, width) end
      -- Vendors with a cap, and how many of each of them have ended.
      local capped, freed, uncapped = {}, {}, 0
      for i = 1, count do
        local at, packed, answer = from + (i - 1) * width, leases[i], LOST
        local id, is_listed = ARGV[at], true
        if was_listed then
          -- An id that is named twice has ended the first time.
          is_listed, was_listed[id] = was_listed[id], nil
        end
        if packed and is_listed ~= nil then
          local _, since, marks, _, batch, vendor = unpack_lease(packed)
          if has_ended(id, vendor, batch, is_listed) then
            end_well(id, is_marked(marks, HAS_OPTS), since, ARGV[at + 2], ARGV[at + 3])
            if marks < CAPPED_VENDOR then
              uncapped = uncapped + 1
            else
              if not freed[vendor] then capped[#capped + 1] = vendor end
              freed[vendor] = (freed[vendor] or 0) + 1
            end
            answer = count_end(batch, 'completed', width > 4 and ARGV[at + 4])
          end
        end
        answers[#answers + 1] = answer
      end
      if uncapped > 0 then ended_uncapped(q, uncapped) end
      load_vendors(q, capped)
      for _, vendor in ipairs(capped) do let_go(q, vendor_at(q, vendor), freed[vendor]) end
    end
  end

  local STACKS_MAX = 10  -- Reasons of failed attempts that are kept, the last ones.

  -- id, lease token, move, text, run_at, steps, number of follow-ups, these; points of metrics, where kept.
  local function settle_job(at, width)
    local id, move, text = ARGV[at], ARGV[at + 2], ARGV[at + 3]
    local run_at, steps, count = tonumber(ARGV[at + 4]), ARGV[at + 5], tonumber(ARGV[at + 6])
    local vendor, batch, since, marks = end_lease(id, ARGV[at + 1])
    if not vendor or not has_ended(id, vendor, batch, unlist(id)) then return LOST end
    local key, cancelled, done, state = q.base .. id, is_marked(marks, CANCELLED), DONE, nil
    if move == 'complete' then
      state = 'completed'
      end_well(id, is_marked(marks, HAS_OPTS), since, text, steps)
    else
      if cancelled then move, text = 'fail', cancelled_word end
      local outcome = cancelled and 'cancelled' or move == 'retry_at' and 'retried' or move == 'release' and 'released' or
                          'failed'
      log_attempt(q, id, int(since), NOW_TEXT, outcome, cjson.encode(text), steps)
      if move == 'release' then
        local job = call('HMGET', key, 'rank', 'seq')
        place(q, id, vendor, tonumber(job[2] or id), tonumber(job[1] or 0), true, false)
      else
        local job = call('HMGET', key, 'attemptsMade', 'stacktrace', 'opts')
        local ok, stack = pcall(cjson.decode, job[2] or '[]')
        if not ok or type(stack) ~= 'table' then stack = {} end
        stack[#stack + 1] = text
        local most = tonumber(string.match(job[3] or '', '"stackTraceLimit":([1-9]%d*)')) or STACKS_MAX
        while #stack > min(most, STACKS_MAX) do table.remove(stack, 1) end
        call('HSET', key, 'attemptsMade', tonumber(job[1] or 0) + 1, 'failedReason', text, 'stacktrace',
             cjson.encode(stack))
      end
      if move == 'retry_at' then
        call('ZADD', q.base .. 'delayed', int(run_at * 4096 + (tonumber(id) or 0) % 4096), id)
        call('PUBLISH', q.base .. 'delayed', int(run_at))
        batch_add(batch, 'delayed', 1)
        told[q.name] = true
      elseif move == 'fail' then
        state = 'failed'
        finish(q, id, state, text, NOW)
      end
    end
    let_go(q, vendor_at(q, vendor), 1)
    if state then done = count_end(batch, state, width > 7 + count * NEW_JOB and ARGV[at + 7 + count * NEW_JOB]) end
    if count > 0 then add_more(new_jobs_from(at + 7, count), NOW) end
    return done
  end
  KINDS.settle = each(settle_job)
end
