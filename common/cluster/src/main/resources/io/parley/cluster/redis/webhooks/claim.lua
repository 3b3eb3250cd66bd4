-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- token, lease in ms, (endpoint, slots) -> rows
local token, lease = ARGV[1], tonumber(ARGV[2])
local found = {}
for i = 3, #ARGV, 2 do
  local e = ARGV[i]
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', due(e), '-inf', whole(now), 'LIMIT', 0, ARGV[i + 1])) do
    redis.call('ZADD', due(e), whole(now + lease), key)
    redis.call('HSET', holders(e), key, token)
    table.insert(found, redis.call('HGET', rows(e), redis.call('LINDEX', lane(e, key), 0)))
  end
end
return found
