-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- for how long nothing was heard, in ms, count -> room and KeyProgress of each
local found = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', OPEN, '-inf', whole(now - tonumber(ARGV[1])), 'LIMIT', 0, ARGV[2])) do
  local progress = redis.call('GET', progress(key))
  if progress then
    redis.call('ZADD', OPEN, whole(now), key)
    table.insert(found, key)
    table.insert(found, progress)
  else
    redis.call('ZREM', OPEN, key)
  end
end
return found
