-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- names, or none for all -> RoomRecords
if #ARGV == 0 then
  return redis.call('HVALS', RECORDS)
end
local records = {}
for _, room in ipairs(ARGV) do
  records[#records + 1] = redis.call('HGET', RECORDS, room) or nil
end
return records
