-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- room -> place, or nothing
local value = redis.call('GET', GONE .. ARGV[1])
return value and place(ARGV[1], parse(value)) or {}
