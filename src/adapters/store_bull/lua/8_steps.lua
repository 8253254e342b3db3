-- What the steps of one call have in common; all are of one queue.
local q
local answers
local due_most, cancelled_word, kept
local leases_now  -- Of all jobs that steps of this call name but those that are completed, asked for at once; packed.
local ended_now, completed_now, locks_now  -- What ends in this call, written at once at its end.
local metered, points_max  -- Jobs that end for good in this call, by state, where metrics are kept: of so many minutes.

-- What does the steps of a kind, all of a group at once: of the place of their first word, how many, words of each.
local KINDS = {}
local function each(step)
  return function(from, count, width)
    for at = from, from + (count - 1) * width, width do answers[#answers + 1] = step(at, width) end
  end
end
local OF_LEASE = {settle = true, extend = true, progress = true}  -- Whose first word is the id of a job in leases_now.

local function begin_steps()
  TELLS_ALL = ARGV[9] == '1'
  q, answers, leases_now = queue_at(ARGV[5]), roomy_list(), {}
  due_most, cancelled_word, kept = tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
  ended_now, completed_now, locks_now = roomy_list(), roomy_list(), roomy_list()
  metered, points_max = {}, nil
end

local function write_ended()
  if #ended_now == 0 then return end
  -- It is there while Bull's check of them has found some and they have not ended.
  if call('EXISTS', q.base .. 'stalled') == 1 then call('SREM', q.base .. 'stalled', unpack(ended_now)) end
  call('HDEL', q.own .. 'leases', unpack(ended_now))
  call('DEL', unpack(locks_now))
  if #completed_now > 0 then call('ZADD', q.base .. 'completed', unpack(completed_now)) end
  for state, count in pairs(metered) do meter(q, state, count, points_max) end
  ended_now, completed_now, locks_now, metered = {}, {}, {}, {}
end
