-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id, definition, API key, origin, how many of these it may have -> 1, or 0 if it has as many
local e, definition, api_key, origin, max = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
if redis.call('HEXISTS', ENDPOINTS, e) == 0 then
  local others = 0
  for _, other in ipairs(redis.call('HVALS', ENDPOINTS)) do
    local parsed = cjson.decode(other)
    if parsed.apiKey == api_key and parsed.origin == origin then
      others = others + 1
    end
  end
  if others >= max then
    return 0
  end
end
redis.call('HSET', ENDPOINTS, e, definition)
redis.call('INCR', VERSION)
return 1
