-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room, candidate, timeout in ms -> place
local room, candidate, timeout = ARGV[1], ARGV[2], tonumber(ARGV[3])
local entry = find(room)
if not entry then
  entry = give(room, candidate, timeout)
end
return place(room, entry)
