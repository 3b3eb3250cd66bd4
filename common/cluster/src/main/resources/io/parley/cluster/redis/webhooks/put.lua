-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id, definition, API key, how many it may have -> 1, or 0 if it has as many
local e, definition, api_key, max = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('HEXISTS', ENDPOINTS, e) == 0 then
  local others = 0
  for _, other in ipairs(redis.call('HVALS', ENDPOINTS)) do
    local parsed = cjson.decode(other)
    if parsed.apiKey == api_key and not parsed.isConfigured then
      others = others + 1
    end
  end
  if others >= max then
    return 0
  end
end
redis.call('HSET', ENDPOINTS, e, definition)
return 1
