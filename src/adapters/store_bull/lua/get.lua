-- get: id.
local q = queue_of(ARGV[5])
if not q then return {} end
local it = view(q, ARGV[5])
flush()
return it
