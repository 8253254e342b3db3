-- Turns of vendors whose next jobs are looked for in fair order, each with the tag of its next one and its number, or a text
-- that begins with that in 16 digits: the lists that bring_in() and take() go through.
local function before(a, b)
  if a.tag ~= b.tag then return a.tag < b.tag end
  return a.seq < b.seq
end
-- Turns in order, from `head` to `last`: a vendor that has had its turn mostly goes behind all others.
local function turns_of(list)
  for i = 2, #list do
    if before(list[i], list[i - 1]) then
      table.sort(list, before)
      break
    end
  end
  list.head, list.last = 1, #list
  return list
end
local function end_first(turns)
  turns[turns.head] = nil
  turns.head = turns.head + 1
end
-- Whether the first, whose tag is that now, has no turn more among the next `count`.
local function is_far_behind(turns, tag, count)
  local last = turns[turns.head + count]
  return last and last.tag < tag
end
-- Where the first has become later than it was.
local function sink(turns)
  local first, low, high = turns[turns.head], turns.head + 1, turns.last
  if low > high then return end
  if before(first, turns[low]) then return end
  if before(first, turns[high]) then
    while low < high do
      local middle = floor((low + high) / 2)
      if before(first, turns[middle]) then high = middle else low = middle + 1 end
    end
  else
    low = high + 1
  end
  for at = turns.last, low, -1 do turns[at + 1] = turns[at] end
  turns[low], turns.last = first, turns.last + 1
  end_first(turns)
end

-- A run: so many jobs of the first turn's vendor, each charged the same, come before any other's; of `others` not among the
-- turns, too, where given. `most` at most, 1 at least: it is the first.
local function run_of(turns, each, most, others)
  local first = turns[turns.head]
  local upto = turns.head < turns.last and turns[turns.head + 1].tag or math.huge
  if others and others.tag < upto then upto = others.tag end
  local tag, count = first.tag + each, 1
  while count < most and tag < upto do tag, count = tag + each, count + 1 end
  return count
end
