-- Calls that are done once.
local function once_key(scope, key) return ROOT .. 'once:' .. scope .. ':' .. key end

-- What the call with this key was answered, where it was made no longer than `kept` ms ago.
local function answered_before(scope, key, fingerprint, kept)
  local packed = call('GET', once_key(scope, key))
  if not packed then return nil end
  local known = cmsgpack.unpack(packed)
  if known[2] + kept <= NOW then return nil end
  if known[1] ~= fingerprint then return {'conflict'} end
  return {'repeated', known[3], known[4], known[5], {}}
end
