-- GET job/:id, the ids of a file in random order.
-- Argument: the file, one id a line.
--
-- The requests are made beforehand, as many for a short file as for a long one and each a string of its own:
-- else wrk itself would work more for a file of many ids, and that would pass for a slower server.
require "done"
local kRequests = 50000
local requests, at = {}, 0
function init(args)
  local ids = {}
  for id in io.lines(args[1]) do
    ids[#ids + 1] = id
  end
  math.randomseed(#ids)
  for n = 1, kRequests do
    requests[n] = wrk.format("GET", wrk.path .. ids[math.random(#ids)], {["X-Number"] = n})
  end
end

function request()
  at = at % kRequests + 1
  return requests[at]
end
