-- arrange: queue. Gives fair places to what others pushed, which is queue_at's work. Whether some is left, as one script
-- does so much at most.
local q = queue_at(ARGV[5])
finish_step()
return call('LLEN', q.list) > q.size and 1 or 0
