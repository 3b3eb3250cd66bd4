-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id and definition of each configured one
local stays = {}
for i = 1, #ARGV, 2 do
  stays[ARGV[i]] = true
end
local all = redis.call('HGETALL', ENDPOINTS)
for i = 1, #all, 2 do
  if cjson.decode(all[i + 1]).origin == 'CONFIGURATION' and not stays[all[i]] then
    forget(all[i])
  end
end
redis.call('INCR', VERSION)
for i = 1, #ARGV, 2 do
  redis.call('HSET', ENDPOINTS, ARGV[i], ARGV[i + 1])
end
return 1
