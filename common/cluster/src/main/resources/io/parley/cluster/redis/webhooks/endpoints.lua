-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- kept for in ms -> definition, failing since, "ms reason", pending, oldest, dead of each
local found = {}
local all = redis.call('HGETALL', ENDPOINTS)
for i = 1, #all, 2 do
  local e = all[i]
  drop_old(e, 'DELIVERED', tonumber(ARGV[1]))
  drop_old(e, 'DEAD', tonumber(ARGV[1]))
  local oldest = redis.call('ZRANGE', shelf(e, 'PENDING'), 0, 0, 'WITHSCORES')
  table.insert(found, all[i + 1])
  table.insert(found, whole((failing(e))))
  table.insert(found, redis.call('HGET', OFF, e) or '0 ')
  table.insert(found, whole(redis.call('ZCARD', shelf(e, 'PENDING'))))
  table.insert(found, oldest[2] or '0')
  table.insert(found, whole(redis.call('ZCARD', shelf(e, 'DEAD'))))
end
return found
