-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node, epoch, RoomRecord -> 1 if the claim holds
local room, node, epoch, record = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if not may_enter(room, node, epoch) then
  return 0
end
set(room, epoch, 0, node)
redis.call('HSET', RECORDS, room, record)
return 1
