-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- names, or none for all -> livekit.Rooms on leased nodes
local leased = {}
for _, node in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '(' .. now, '+inf')) do
  leased[node] = true
end
local infos = {}
local function add(room, value)
  local entry = parse(value)
  if leased[entry.node] then
    local info = redis.call('HGET', INFOS, room)
    if info then
      infos[#infos + 1] = info
    end
  end
end
if #ARGV == 0 then
  local all = redis.call('HGETALL', ROOMS)
  for i = 1, #all, 2 do
    add(all[i], all[i + 1])
  end
else
  for _, room in ipairs(ARGV) do
    local value = redis.call('HGET', ROOMS, room)
    if value then
      add(room, value)
    end
  end
end
return infos
