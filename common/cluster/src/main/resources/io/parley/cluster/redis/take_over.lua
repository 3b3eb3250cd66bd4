-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node that lost it, its epoch, candidate, timeout in ms -> place
local room, lost, epoch, candidate, timeout = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local entry = find(room)
local is_lost = entry and (entry.is_void or (entry.void_at == 0 and not is_leased(lost)))
if not entry or (holds(entry, lost, epoch) and is_lost) then
  entry = give(room, candidate, timeout)
end
return place(room, entry)
