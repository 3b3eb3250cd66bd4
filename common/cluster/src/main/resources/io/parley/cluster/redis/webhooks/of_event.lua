-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- event -> state and row at each endpoint
local event = ARGV[1]
local found = {}
for _, e in ipairs(redis.call('HKEYS', ENDPOINTS)) do
  for _, state in ipairs(STATES) do
    if redis.call('ZSCORE', shelf(e, state), event) then
      table.insert(found, state)
      table.insert(found, redis.call('HGET', rows(e), event))
    end
  end
end
return found
