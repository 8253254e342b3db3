-- parts: none
-- scan: cursor, pattern, how many keys it looks at. SCAN has no key that leads to the node meant; this has.
return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
