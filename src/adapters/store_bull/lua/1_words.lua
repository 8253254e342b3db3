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
-- Of a vendor: f finish tag, run jobs running, n jobs waiting, w cap hard paused its share, st standing, tag and turn its
-- place in the set of its standing, k jobs in the window, p start tag of the next one there, fed its place in feed or
-- false, plain whether all its waiting jobs cost 1, are fresh and of no priority,
-- ranked whether their order is another than that of seq, head its first job as in turn.
--
-- A call into Redis costs about 1 us, a line of Lua a hundredth of it: hence what several jobs need is asked for and
-- written at once.
--
-- ARGV: now (ms), prefix, token of this process, jobs in the window; then each script's own, from ARGV[5].
local call = redis.call
local fmt, sub, floor, max, min = string.format, string.sub, math.floor, math.max, math.min
local NOW_TEXT = ARGV[1]  -- Of the step that is under way, as NOW.
local NOW, PREFIX, TOKEN, WINDOW = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local ROOT = 'cutroom:' .. PREFIX .. '::'
local RANK = 1099511627776  -- 2^40: more jobs than a queue ever sees, and times 1000 still exact in a double.
local OFF, READY, CAPPED, IDLE = 0, 1, 2, 3

local function num(x) return fmt('%.17g', x) end
local function int(x) return fmt('%.0f', x) end

