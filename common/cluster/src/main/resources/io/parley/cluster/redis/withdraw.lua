-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- node
redis.call('ZREM', LEASES, ARGV[1])
redis.call('HDEL', NODES, ARGV[1])
