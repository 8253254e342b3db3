-- POST remove-bg-queue, every request another record and photo, the vendors in turn.
-- Arguments: a number that no other run has; a file of the vendors' keys, one a line, if the server wants any.
require "done"
local vendors = 50

local thread_number = 0
function setup(thread)
  thread:set("thread_number", thread_number)
  thread_number = thread_number + 1
end

local run, sent = 0, 0
local headers = {}  -- By vendor, those that a key adds.
function init(args)
  run = args[1]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  if args[2] then
    local vendor = 0
    for key in io.lines(args[2]) do
      headers[vendor] = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key}
      vendor = vendor + 1
    end
  end
end

function request()
  sent = sent + 1
  local vendor = sent % vendors
  local record = string.format("r%s-%d-%d", run, thread_number, sent)
  return wrk.format(nil, nil, headers[vendor], string.format(
    '{"recordId":"%s","projectId":"p%d","photoUrl":"http://photos.example.org/vendor-%d/%s.jpg","vendorId":"vendor-%d"}',
    record, vendor, vendor, record, vendor))
end
