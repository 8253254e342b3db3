-- parts: words
-- batch: id.
return call('HGETALL', ROOT .. 'batch:' .. ARGV[5])
