-- parts: words once
-- repeated: scope, key, fingerprint, for how long (ms) calls are remembered.
return answered_before(ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8])) or {'new'}
