-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id -> 1 if it was off
redis.call('INCR', VERSION)
redis.call('HDEL', FAILING, ARGV[1])
return redis.call('HDEL', OFF, ARGV[1])
