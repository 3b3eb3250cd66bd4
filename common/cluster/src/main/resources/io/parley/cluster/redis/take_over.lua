-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, node that lost it, its epoch, candidate, timeout in ms -> place
local room, lost, epoch, candidate, timeout = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local entry = find(room)
if not entry or (holds(entry, lost, epoch) and not is_leased(lost)) then
  entry = give(room, candidate, timeout)
end
return place(entry)
