-- parts: words where
-- get: id. Looks only, so that it costs little.
local name = queue_name_of(ARGV[5])
if not name then return {} end
local base = PREFIX .. ':' .. name .. ':'
return view({name = name, base = base, own = 'cutroom:' .. base, is_paused = call('EXISTS', base .. 'meta-paused') == 1},
            ARGV[5])
