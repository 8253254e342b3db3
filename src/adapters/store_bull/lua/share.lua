-- share: whether only for vendors that have none, then vendor, weight, cap, whether it is hard, whether paused of each.
for at = 6, #ARGV, 5 do
  local vendor = ARGV[at]
  local share = {tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3] == '1', ARGV[at + 4] == '1'}
  if call(ARGV[5] == '1' and 'HSETNX' or 'HSET', ROOT .. 'shares', vendor, cmsgpack.pack(share)) == 1 or ARGV[5] == '0' then
    for _, name in ipairs(call('SMEMBERS', ROOT .. 'queues')) do
      local q = queue_at(name)
      local vd = vendor_at(q, vendor)
      if vd.cap == 0 and share[2] > 0 then vd.run = count_running(q, vendor) end
      vd.w, vd.cap, vd.hard, vd.paused = share[1], share[2], share[3], share[4]
      settle(q, vd)
      end_busy_period(q)
      fit(q, vd)
      told[name] = true
    end
  end
end
return finish_step()
