-- parts: none
-- place: queue, places. Of the queues that are spread each has one of its own, for good: the first that is free, -1 where none
-- is; and whether it was given now.
local place = redis.call('HGET', KEYS[1], ARGV[1])
if place then return {tonumber(place), 0} end
local free = redis.call('HLEN', KEYS[1])
if free >= tonumber(ARGV[2]) then return {-1, 0} end
redis.call('HSET', KEYS[1], ARGV[1], free)
return {free, 1}
