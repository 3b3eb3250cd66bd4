-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- -> number
return tonumber(redis.call('GET', VERSION) or 0)
