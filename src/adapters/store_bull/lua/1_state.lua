-- What every script begins with: the words it was given, and the state of queues and vendors, read when first
-- asked for and written back by flush().
--
-- Beside Bull's own keys (<prefix>:<queue>:...) the store keeps, under cutroom:<prefix>:<queue>: so that Bull's
-- own scans by pattern don't meet them:
--   fair           virtual time and totals (msgpack)            vendor:<v>  tags, counts and share (msgpack)
--   line:<v>       zset: all waiting jobs of the vendor, score = seq - rank * 2^40
--   ready, capped  zsets: vendors by start tag, member = seq of their first job, 16 digits, then the name
--   held           set: vendors that have jobs but may not run any (paused, at a hard cap)
--   idle           zset: vendors that are kept for their finish tag alone
--   window         zset: the jobs that are in `wait`, score = the start tag foreseen, member = seq, then the id
--   feed           zset: vendors that have jobs for the window, by the start tag of the next one
--   leases         hash: job -> until, token, whether cancelled  abroad  hash: jobs other programs took -> vendor
-- and for all queues under cutroom:<prefix>:: the keys id, queues, shares, once:*, batch:*.
--
-- ARGV: now (ms), prefix, token of this process, jobs in the window; then each script's own, from ARGV[5].
local call = redis.call
local fmt, sub, floor, max, min = string.format, string.sub, math.floor, math.max, math.min
local NOW, PREFIX, TOKEN, WINDOW = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local ROOT = 'cutroom:' .. PREFIX .. '::'
local RANK = 1099511627776  -- 2^40: more jobs than a queue ever sees, and times 1000 still exact in a double.
local OFF, READY, CAPPED, IDLE = 0, 1, 2, 3

local queues = {}
local told = {}  -- Queues where a job may have become claimable.

local function num(x) return fmt('%.17g', x) end
local function int(x) return fmt('%.0f', x) end

local function vendor_at(q, name)
  local vd = q.vendors[name]
  if vd then return vd end
  local packed = call('GET', q.own .. 'vendor:' .. name)
  if packed then
    local t = cmsgpack.unpack(packed)
    vd = {f = t[1], run = t[2], n = t[3], w = t[4], cap = t[5], hard = t[6], paused = t[7], st = t[8], tag = t[9],
          turn = t[10], k = t[11], p = t[12], fed = t[13], ranked = t[14]}
  else
    vd = {f = 0, run = 0, n = 0, w = 1, cap = 0, hard = false, paused = false, st = OFF, tag = 0, turn = false, k = 0,
          p = 0, fed = false, ranked = false}
  end
  vd.name = name
  vd.line = q.own .. 'line:' .. name
  q.vendors[name] = vd
  return vd
end

local function save_vendor(q, vd)
  if vd.gone then
    call('DEL', q.own .. 'vendor:' .. vd.name)
  else
    call('SET', q.own .. 'vendor:' .. vd.name,
         cmsgpack.pack({vd.f, vd.run, vd.n, vd.w, vd.cap, vd.hard, vd.paused, vd.st, vd.tag, vd.turn, vd.k, vd.p,
                        vd.fed, vd.ranked}))
  end
end

-- The place of a job among all of its queue; its id where that is a number.
local function seq_of(q, id)
  return tonumber(call('HGET', q.base .. id, 'seq') or id)
end
local function member_of(seq, id) return fmt('%016.0f', seq) .. id end
