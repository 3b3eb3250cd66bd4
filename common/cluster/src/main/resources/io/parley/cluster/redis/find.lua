-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room -> place, or nothing
local entry = find(ARGV[1])
return entry and place(ARGV[1], entry) or {}
