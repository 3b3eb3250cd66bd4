-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node, epoch, RoomRecord
local room, node, epoch, record = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if may_enter(room, node, epoch) then
  set(room, epoch, VOID, node)
  redis.call('HSET', RECORDS, room, record)
end
