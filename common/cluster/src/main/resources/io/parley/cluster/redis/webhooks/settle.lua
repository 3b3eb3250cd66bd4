-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- endpoint, key, token, event, row, outcome, delay in ms, kept, its bytes, kept for in ms, gap between failures in ms
-- -> 1 and failing since; 0 if the claim had ended
local e, key, token, event, row = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local outcome, delay = ARGV[6], tonumber(ARGV[7])
if redis.call('HGET', holders(e), key) ~= token then
  return { 0 }
end
redis.call('HDEL', holders(e), key)
local since = redis.call('ZSCORE', shelf(e, 'PENDING'), event)
take_off(e, 'PENDING', event)
if outcome == 'RETRY' then
  add(e, 'PENDING', event, row)
  redis.call('ZADD', shelf(e, 'PENDING'), since, event)
  redis.call('ZADD', due(e), whole(now + delay), key)
else
  add(e, outcome, event, row)
  trim(e, outcome, tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]))
  redis.call('LPOP', lane(e, key))
  if redis.call('EXISTS', lane(e, key)) == 1 then
    redis.call('ZADD', due(e), whole(now), key)
  else
    redis.call('ZREM', due(e), key)
  end
end
if outcome == 'DELIVERED' then
  redis.call('HDEL', FAILING, e)
  return { 1, '0' }
end
local first, till = failing(e)
first = first == 0 and now or first
redis.call('HSET', FAILING, e, whole(first) .. ' ' .. whole(math.max(till, now + delay + tonumber(ARGV[11]))))
return { 1, whole(first) }
