-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- node, NodeRow, lease in ms, memory in ms, rooms to look at -> 1 if the node was unknown
local node, row, lease, memory, count = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now - memory)) do
  redis.call('ZREM', LEASES, gone)
  redis.call('HDEL', NODES, gone)
end
redis.call('ZADD', LEASES, now + lease, node)
local was_unknown = redis.call('HSET', NODES, node, row)

-- Rooms of nodes that are forgotten, and claims that nobody confirmed, go a few at a time.
local found = redis.call('HSCAN', ROOMS, redis.call('GET', SWEEP) or '0', 'COUNT', count)
for i = 1, #found[2], 2 do
  local room, entry = found[2][i], parse(found[2][i + 1])
  if entry.is_void or (entry.void_at == 0 and redis.call('HEXISTS', NODES, entry.node) == 0) then
    redis.call('HDEL', ROOMS, room)
    redis.call('HDEL', INFOS, room)
  end
end
redis.call('SET', SWEEP, found[1])
return was_unknown
