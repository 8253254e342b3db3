-- A vendor's waiting jobs in their order: its line. A list of ids by ascending number (seq), an id whose number is another
-- as "number id". When a job comes that has a rank, or whose place is far inside, the line becomes a zset, score =
-- seq - rank * 2^40, and stays one until it is empty. A list takes a tenth of a zset's memory and time.
local NEAR = 64  -- Places from an end at which a job is put into a list.
local FRESH_MAX = 1000  -- Jobs that come in one call and are added to a list in one go.
local FAR = 10000  -- Jobs in a list where that still takes no time worth speaking of.

-- A job's member in the window's zset. `is_number`: its id is known to be its number.
local function member_of(seq, id, is_number)
  if is_number or #id <= 16 and fmt('%.0f', seq) == id then return sub('0000000000000000', #id + 1) .. id .. id end
  return fmt('%016.0f', seq) .. id
end

local function word_of(seq, id)
  local number = fmt('%.0f', seq)
  return number == id and id or number .. ' ' .. id
end
-- The id and the number that a word of a list stands for.
local function read_word(word)
  local seq = tonumber(word)
  if seq then return word, seq end
  local number, id = string.match(word, '^(%d+) (.*)$')
  return id, tonumber(number)
end

-- What came in this call is added in one go, to a list: to be called before the line is looked at.
local function lay(vd)
  if not vd.fresh then return end
  call('RPUSH', vd.line, unpack(vd.fresh))
  vd.fresh = false
end

local function sort_line(vd)
  lay(vd)
  local words = call('LRANGE', vd.line, 0, -1)
  call('DEL', vd.line)
  for from = 1, #words, 1000 do
    local scores = {}
    for i = from, min(from + 999, #words) do
      local id, seq = read_word(words[i])
      scores[#scores + 1], scores[#scores + 2] = seq, id
    end
    call('ZADD', vd.line, unpack(scores))
  end
  vd.sorted, vd.dirty = true, true
end

-- The ids and numbers that the line's answer stands for: words of a list, or members and scores.
local function read_line(vd, answer)
  local ids, seqs = {}, {}
  if vd.sorted then
    for i = 1, #answer, 2 do ids[#ids + 1], seqs[#seqs + 1] = answer[i], tonumber(answer[i + 1]) % RANK end
  else
    for i, word in ipairs(answer) do ids[i], seqs[i] = read_word(word) end
  end
  return ids, seqs
end

-- The ids at these places, from 0, and their numbers.
local function slice(vd, from, to)
  lay(vd)
  if vd.sorted then return read_line(vd, call('ZRANGE', vd.line, from, to, 'WITHSCORES')) end
  return read_line(vd, call('LRANGE', vd.line, from, to))
end

-- The same for many at once: of a vendor all whose jobs are plain the ids are their numbers, and stay texts.
local function slice_of_many(vd, from, to)
  if not vd.plain then return slice(vd, from, to) end
  lay(vd)
  local ids = call('LRANGE', vd.line, int(from), int(to))
  return ids, ids
end

-- The first one's number; nil without one.
local function first_seq_of(vd)
  lay(vd)
  if vd.sorted then
    local score = call('ZRANGE', vd.line, 0, 0, 'WITHSCORES')[2]
    return score and tonumber(score) % RANK
  end
  local word = call('LINDEX', vd.line, 0)
  return word and (tonumber(word) or tonumber(string.match(word, '^%d+')))
end

-- Where the last job stands, as a zset's score; -inf without one.
local function last_score(vd)
  lay(vd)
  if vd.sorted then return tonumber(call('ZRANGE', vd.line, -1, -1, 'WITHSCORES')[2] or -math.huge) end
  local word = call('LINDEX', vd.line, -1)
  if not word then return -math.huge end
  local _, seq = read_word(word)
  return seq
end

local function is_in_line(vd, id, seq)
  lay(vd)
  if vd.sorted then return call('ZSCORE', vd.line, id) end
  return call('LPOS', vd.line, word_of(seq, id))
end

-- Whether it was there. `is_first`: it is likely to be one of the first.
local function leave_line(vd, id, seq, is_first)
  lay(vd)
  if vd.sorted then return call('ZREM', vd.line, id) == 1 end
  return call('LREM', vd.line, is_first and 1 or -1, word_of(seq, id)) == 1
end

-- The first jobs leave: their ids and numbers, which of plain lines stay texts.
local function take_first(vd, count)
  lay(vd)
  local answer = call(vd.sorted and 'ZPOPMIN' or 'LPOP', vd.line, int(count)) or {}
  if vd.plain then return answer, answer end
  return read_line(vd, answer)
end

-- Puts a job of no rank into a list, where it belongs by its number. Its place from 0, or nil where that is far inside.
local function put_into_list(vd, id, seq)
  lay(vd)
  local word, head = word_of(seq, id), call('LRANGE', vd.line, 0, NEAR - 1)
  for i, other in ipairs(head) do
    local _, others = read_word(other)
    if seq < others then
      if i == 1 then call('LPUSH', vd.line, word) else call('LINSERT', vd.line, 'BEFORE', other, word) end
      return i - 1
    end
  end
  if #head < NEAR then
    call('RPUSH', vd.line, word)
    return #head
  end
  local tail, length = call('LRANGE', vd.line, -NEAR, -1), call('LLEN', vd.line)
  for i = #tail, 1, -1 do
    local _, others = read_word(tail[i])
    if others < seq then
      if i == #tail then
        call('RPUSH', vd.line, word)
      elseif length <= FAR then
        call('LINSERT', vd.line, 'AFTER', tail[i], word)
      else
        return nil
      end
      return length - #tail + i
    end
  end
end

-- The last job of the vendor's, which is counted already, goes to its place in the line; `again` where that may be older
-- than the last's. `is_number`: its id is known to be its number. The place, from 0.
local function enter_line(vd, id, seq, rank, again, is_number)
  if rank ~= 0 and not vd.sorted then sort_line(vd) end
  if not vd.sorted and again then
    local at = put_into_list(vd, id, seq)
    if at then return at end
    sort_line(vd)
  end
  if vd.sorted then
    lay(vd)
    call('ZADD', vd.line, seq - rank * RANK, id)
    return call('ZRANK', vd.line, id)
  end
  if vd.fresh and #vd.fresh >= FRESH_MAX then lay(vd) end
  local fresh = vd.fresh or {}
  fresh[#fresh + 1] = is_number and id or word_of(seq, id)
  vd.fresh = fresh
  return vd.n - 1
end
