-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node, epoch, livekit.Room -> 1 if the claim holds
local room, node, epoch, info = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local entry = find(room)
if entry and not holds(entry, node, epoch) and entry.epoch >= epoch then
  return 0
end
redis.call('HSET', ROOMS, room, whole(epoch) .. ' 0 ' .. node)
redis.call('HSET', INFOS, room, info)
return 1
