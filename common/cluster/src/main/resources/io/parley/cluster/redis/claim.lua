-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, candidate, timeout in ms, settling time in ms -> place, or nothing while nodes may still enter their rooms
local room, candidate, timeout, settling = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local entry = find(room)
if not entry then
  local since = redis.call('GET', SINCE)
  if since and tonumber(since) + settling > now then
    return {}
  end
  entry = give(room, candidate, timeout)
end
return place(room, entry)
