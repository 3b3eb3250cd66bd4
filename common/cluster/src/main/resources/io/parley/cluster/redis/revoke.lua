-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node, epoch
local room, node, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local entry = find(room)
if entry and holds(entry, node, epoch) and entry.void_at ~= 0 then
  if redis.call('HEXISTS', RECORDS, room) == 1 then
    set(room, epoch, VOID, node)
  else
    redis.call('HDEL', ROOMS, room)
  end
end
