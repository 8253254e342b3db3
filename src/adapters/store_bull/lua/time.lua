-- parts: none
-- time: as the server's clock has it, in seconds and microseconds.
return redis.call('TIME')
