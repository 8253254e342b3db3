-- parts: words
-- outbox: most. The first jobs that are to be brought elsewhere: of each the entry, its name, since when (ms), and the job's
-- words.
local entries = call('ZRANGE', ROOT .. 'outbox', 0, tonumber(ARGV[5]) - 1)
for i, entry in ipairs(entries) do entries[i] = {entry, unpack(cmsgpack.unpack(entry))} end
return entries
