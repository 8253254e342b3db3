-- POST remove-bg-queue, every request another record and photo, the vendors in turn.
-- Argument: a number that no other run has.
require "done"
local vendors = 50

local thread_number = 0
function setup(thread)
  thread:set("thread_number", thread_number)
  thread_number = thread_number + 1
end

local run, sent = 0, 0
function init(args)
  run = args[1]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  sent = sent + 1
  local vendor = sent % vendors
  local record = string.format("r%s-%d-%d", run, thread_number, sent)
  return wrk.format(nil, nil, nil, string.format(
    '{"recordId":"%s","projectId":"p%d","photoUrl":"http://photos.example.org/vendor-%d/%s.jpg","vendorId":"vendor-%d"}',
    record, vendor, vendor, record, vendor))
end
