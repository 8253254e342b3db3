-- share: vendor, weight, cap, whether it is hard, whether paused.
local vendor = ARGV[5]
local share = {tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == '1', ARGV[9] == '1'}
call('HSET', ROOT .. 'shares', vendor, cmsgpack.pack(share))
for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
  local q = queue_at(name)
  local vd = vendor_at(q, vendor)
  vd.w, vd.cap, vd.hard, vd.paused = share[1], share[2], share[3], share[4]
  settle(q, vd)
  end_busy_period(q)
  fit(q, vd)
  told[name] = true
end
return finish_step()
