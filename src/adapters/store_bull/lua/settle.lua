-- settle: id, lease token, move, text, its JSON form, run_at, steps, word for a cancelled job, number of follow-ups,
-- these.
local id, token, move, text, text_json = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local run_at, steps, cancelled_word, count = tonumber(ARGV[10]), ARGV[11], ARGV[12], tonumber(ARGV[13])
local q = queue_of(id)
local lease = q and lease_of(q, id)
if not lease or lease[2] ~= token or call('LREM', q.base .. 'active', -1, id) == 0 then
  flush()
  return {'lost'}
end
local key = q.base .. id
call('SREM', q.base .. 'stalled', id)
local job = call('HMGET', key, 'vendor', 'processedOn', 'batch', 'attemptsMade', 'rank', 'seq', 'stacktrace')
local cancelled, batch, done = lease[3], job[3], ''
if cancelled and move ~= 'complete' then
  move, text, text_json = 'fail', cancelled_word, cjson.encode(cancelled_word)
end
local outcome = move == 'complete' and 'completed' or cancelled and 'cancelled' or move == 'retry_at' and 'retried' or
                    move == 'release' and 'released' or 'failed'
log_attempt(q, id, job[2], NOW, outcome, move == 'complete' and '""' or text_json, steps)
batch_add(batch, 'active', -1)
if move == 'release' then
  place(q, id, job[1], tonumber(job[6] or id), tonumber(job[5] or 0), true)
elseif move ~= 'complete' then
  local ok, stack = pcall(cjson.decode, job[7] or '[]')
  if not ok or type(stack) ~= 'table' then stack = {} end
  stack[#stack + 1] = text
  while #stack > 10 do table.remove(stack, 1) end
  call('HSET', key, 'attemptsMade', tonumber(job[4] or 0) + 1, 'failedReason', text, 'stacktrace', cjson.encode(stack))
  if move == 'retry_at' then
    call('ZADD', q.base .. 'delayed', int(run_at * 4096 + (tonumber(id) or 0) % 4096), id)
    call('PUBLISH', q.base .. 'delayed', int(run_at))
    batch_add(batch, 'delayed', 1)
    told[q.name] = true
  end
end
local state = move == 'complete' and 'completed' or move == 'fail' and 'failed'
if state then finish(q, id, state, text, NOW) end
let_go(q, id, job[1])
if state then done = count_ended(batch, state, NOW) end
add_more(new_jobs_from(14, count), NOW)
local names = flush()
return {'done', done, names}
