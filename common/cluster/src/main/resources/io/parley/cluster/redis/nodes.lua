-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- -> NodeRows
local nodes = redis.call('ZRANGEBYSCORE', LEASES, '(' .. now, '+inf')
return #nodes == 0 and {} or redis.call('HMGET', NODES, unpack(nodes))
