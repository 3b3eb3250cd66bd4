-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- silence in ms, rooms to look at -> room, node and epoch of each that lost its node
local silence, count = tonumber(ARGV[1]), ARGV[2]
local function is_gone(node)
  local ends = redis.call('ZSCORE', LEASES, node)
  return not ends or tonumber(ends) + silence <= now
end
local found = redis.call('HSCAN', ROOMS, redis.call('GET', SWEEP) or '0', 'COUNT', count)
redis.call('SET', SWEEP, found[1])
local lost = {}
for i = 1, #found[2], 2 do
  local room, entry = found[2][i], parse(found[2][i + 1])
  if is_nothing(room, entry) then
    redis.call('HDEL', ROOMS, room)
  elseif entry.is_void or (entry.void_at == 0 and is_gone(entry.node)) then
    lost[#lost + 1] = room
    lost[#lost + 1] = entry.node
    lost[#lost + 1] = whole(entry.epoch)
  end
end
return lost
