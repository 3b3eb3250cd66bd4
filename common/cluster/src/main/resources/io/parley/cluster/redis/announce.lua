-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- node, NodeRow, lease in ms, memory in ms -> 1 if the node was unknown
local node, row, lease, memory = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now - memory)) do
  redis.call('ZREM', LEASES, gone)
  redis.call('HDEL', NODES, gone)
end
if redis.call('EXISTS', EPOCH) == 0 then
  redis.call('SET', EPOCH, 0)
  redis.call('SET', SINCE, now)
end
redis.call('ZADD', LEASES, now + lease, node)
return redis.call('HSET', NODES, node, row)
