-- GET job/:id, the ids of a file in random order.
-- Argument: the file, one id a line.
require "done"
local ids, count = {}, 0
function init(args)
  for id in io.lines(args[1]) do
    count = count + 1
    ids[count] = id
  end
  math.randomseed(count)
end

function request()
  return wrk.format("GET", wrk.path .. ids[math.random(count)])
end
