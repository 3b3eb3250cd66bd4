-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- key, identities; all without any -> identity and ParticipantInfo of each
local key = ARGV[1]
if #ARGV == 1 then
  return redis.call('HGETALL', present(key))
end
local found = {}
for i = 2, #ARGV do
  local info = redis.call('HGET', present(key), ARGV[i])
  if info then
    table.insert(found, ARGV[i])
    table.insert(found, info)
  end
end
return found
