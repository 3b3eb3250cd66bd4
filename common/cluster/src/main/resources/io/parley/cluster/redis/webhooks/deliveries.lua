-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- endpoint, state, offset, count -> rows
local e = ARGV[1]
local last = whole(tonumber(ARGV[3]) + tonumber(ARGV[4]) - 1)
local found = {}
for _, event in ipairs(redis.call('ZREVRANGE', shelf(e, ARGV[2]), ARGV[3], last)) do
  table.insert(found, redis.call('HGET', rows(e), event))
end
return found
