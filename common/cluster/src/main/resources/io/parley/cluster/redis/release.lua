-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node, epoch, for how long it is remembered in ms
local room, node, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3])
local entry = find(room)
if entry and holds(entry, node, epoch) then
  redis.call('SET', GONE .. room, redis.call('HGET', ROOMS, room), 'PX', ARGV[4])
  redis.call('HDEL', ROOMS, room)
  redis.call('HDEL', RECORDS, room)
end
