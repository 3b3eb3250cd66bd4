-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- key, before, after, memory in ms, max pending, its bytes, kept dead, its bytes, kept for in ms,
-- count and (identity, ParticipantInfo) of those who joined, count and identities of those who left, (endpoint, event, row) of each delivery
-- -> how many found no room; -1 if it is another progress by now
local key, before, after, memory = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local max, max_bytes = tonumber(ARGV[5]), tonumber(ARGV[6])
local kept, kept_bytes, kept_for = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
if (redis.call('GET', progress(key)) or '') ~= before then
  return -1
end
local at = 10
local function next_argument()
  at = at + 1
  return ARGV[at - 1]
end
if after ~= '' then
  redis.call('SET', progress(key), after, 'PX', memory)
end
for _ = 1, tonumber(next_argument()) do
  redis.call('HSET', present(key), next_argument(), next_argument())
end
for _ = 1, tonumber(next_argument()) do
  redis.call('HDEL', present(key), next_argument())
end
redis.call('PEXPIRE', present(key), memory)

local overflowed = 0
while at <= #ARGV do
  local e, event, row = next_argument(), next_argument(), next_argument()
  if redis.call('HEXISTS', ENDPOINTS, e) == 1 and redis.call('HEXISTS', rows(e), event) == 0 then
    if redis.call('ZCARD', shelf(e, 'PENDING')) < max and size(e, 'PENDING') < max_bytes then
      push(e, key, event, row)
    else
      add(e, 'DEAD', event, row)
      trim(e, 'DEAD', kept, kept_bytes, kept_for)
      overflowed = overflowed + 1
    end
  end
end
return overflowed
