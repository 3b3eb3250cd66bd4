-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room -> place, or nothing
local entry = find(ARGV[1])
return entry and not entry.is_void and place(entry) or {}
