-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id, reason -> 1 if it was on
local e, reason = ARGV[1], ARGV[2]
if redis.call('HEXISTS', ENDPOINTS, e) == 0 then
  return 0
end
redis.call('INCR', VERSION)
return redis.call('HSETNX', OFF, e, whole(now) .. ' ' .. reason)
