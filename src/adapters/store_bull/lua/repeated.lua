-- parts: words
-- repeated: scope, key, fingerprint, for how long (ms) calls are remembered. As `accept` of steps.lua answers a call that
-- was made before.
local packed = call('GET', ROOT .. 'once:' .. ARGV[5] .. ':' .. ARGV[6])
if not packed then return {'new'} end
local known = cmsgpack.unpack(packed)
if known[2] + tonumber(ARGV[8]) <= NOW then return {'new'} end
if known[1] ~= ARGV[7] then return {'conflict'} end
return {'repeated', known[3], known[4], known[5]}
