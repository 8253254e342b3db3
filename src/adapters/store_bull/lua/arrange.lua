-- arrange: queue. Gives fair places to what others pushed; the rest is queue_at's.
queue_at(ARGV[5])
return finish_step()
